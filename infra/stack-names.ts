/** The names of a stage's stacks, which everything named within them begins with. */
export const stackNames = (stage: string) => {
  const service = `ProvisioningResend-${stage}`;
  return { service, data: `${service}-data` };
};
