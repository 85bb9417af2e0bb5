/*
 * Replaces the SDK's credential provider chain in deployed functions. Lambda puts the role's credentials into the
 * environment, where the chain looks first, and the chain is a sixth of the bundle.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
