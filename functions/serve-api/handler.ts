import { handle } from 'hono/aws-lambda';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { buildServingServices, servingEnvironment } from '../../shared/runtime/serving.ts';
import { createApp } from './app.ts';

export const environment = servingEnvironment.extend({ SIGN_IN_ISSUER: variables.SIGN_IN_ISSUER });

/** Called by API Gateway, which has verified the token of every call that needs one. */
export const handler = onColdStart(() => {
  const settings = readEnvironment(environment, process.env);
  const services = buildServingServices(settings, 'serve-api');
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is not on the registry yet
  return handle(createApp({ ...services, programs: { issuer: settings.SIGN_IN_ISSUER } }));
});
