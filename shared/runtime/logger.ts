import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../contracts/log.ts';

/** Each line names the function version that wrote it, by which a new version is watched during its rollout. */
export const createLog = (serviceName: string): Log =>
  new Logger({ serviceName, persistentKeys: { version: process.env['AWS_LAMBDA_FUNCTION_VERSION'] } });
