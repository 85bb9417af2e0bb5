/** The stacks of a stage, and the names of all that has one, begin with these. */
export const stackNames = (stage: string) => {
  const service = `ProvisioningResend-${stage}`;
  return { service, data: `${service}-data` };
};
