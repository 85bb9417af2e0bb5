import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';

/** The account's default bus, which SES publishes to. */
export const defaultBus = (scope: Construct): IEventBus =>
  EventBus.fromEventBusName(scope, 'DefaultBus', 'default');
