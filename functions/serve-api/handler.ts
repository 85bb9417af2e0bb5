import { handle } from 'hono/aws-lambda';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { buildServingServices, servingEnvironment } from '../../shared/runtime/serving.ts';
import { createApp } from './app.ts';

/** Called by API Gateway, which has verified the token of every call that needs one. */
export const handler = onColdStart(() => {
  const services = buildServingServices(readEnvironment(servingEnvironment, process.env), 'serve-api');
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is not on the registry yet
  return handle(createApp(services));
});
