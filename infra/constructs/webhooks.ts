import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { webhooksQueue } from '../../functions/deliver-webhooks/queue.ts';
import { type FunctionSettings, variablesOf } from '../settings.ts';
import { LambdaFunction } from './lambda-function.ts';
import type { Mail } from './mail.ts';
import { grantItems } from './table.ts';
import type { WorkQueues } from './work-queue.ts';

interface WebhooksProps {
  readonly settings: FunctionSettings;
  readonly table: Table;
  readonly mail: Mail;
  readonly workQueues: WorkQueues;
}

/** Delivers events to the webhooks of partners, from a queue that it feeds itself with retries. */
export class Webhooks extends Construct {
  constructor(scope: Construct, id: string, { settings, table, mail, workQueues }: WebhooksProps) {
    super(scope, id);
    const { functionName, timeoutSeconds } = webhooksQueue;
    const queue = workQueues.of(functionName);
    const worker = new LambdaFunction<typeof webhooksQueue.environment>(this, 'DeliverWebhooks', {
      settings,
      folder: functionName,
      description: 'Delivers events to the webhooks of partners',
      environment: {
        DEAD_LETTER_QUEUE_URL: queue.urls.deadLetters,
        WEBHOOKS_QUEUE_URL: queue.urls.queue,
        TABLE_NAME: table.tableName,
        MAIL_SETTINGS: variablesOf(settings).MAIL_SETTINGS,
        CONFIGURATION_SET: mail.configurationSetName,
      },
      timeout: Duration.seconds(timeoutSeconds),
      memory: 512,
      feedsItself: true,
    });
    queue.deliverTo(worker);
    queue.grantSend(worker);
    grantItems(table, worker, 'GetItem', 'PutItem');
    mail.grantSend(worker);
  }
}
