import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../contracts/log.ts';

/** Each line says which version of the function wrote it: a new one is watched by it while it takes over. */
export const createLog = (serviceName: string): Log =>
  new Logger({ serviceName, persistentKeys: { version: process.env['AWS_LAMBDA_FUNCTION_VERSION'] } });
