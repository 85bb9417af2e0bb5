import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../contracts/log.ts';

export const createLog = (serviceName: string): Log => new Logger({ serviceName });
