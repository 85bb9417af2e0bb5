/*
 * Takes the place of the SDK's chain of credential providers in what is deployed: Lambda puts the credentials of a
 * function's role into its environment, and the chain, which looks there first, makes a sixth of the bundle.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
