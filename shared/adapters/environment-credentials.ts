/*
 * Replaces the SDK's credential provider chain in deployed functions: Lambda puts the role's credentials into the
 * environment, which the chain checks first, and the chain makes up a sixth of the bundle.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
