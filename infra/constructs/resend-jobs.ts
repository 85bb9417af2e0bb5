import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type environment, resendQueue } from '../../functions/resend-order-lines/queue.ts';
import { type FunctionSettings, variablesOf } from '../settings.ts';
import { LambdaFunction } from './lambda-function.ts';
import type { Mail } from './mail.ts';
import { grantItems } from './table.ts';
import type { WorkQueues } from './work-queue.ts';

interface ResendJobsProps {
  readonly settings: FunctionSettings;
  readonly table: Table;
  readonly mail: Mail;
  readonly workQueues: WorkQueues;
}

/** Works off bulk resends, slice by slice, from a queue that it feeds itself. */
export class ResendJobs extends Construct {
  constructor(scope: Construct, id: string, { settings, table, mail, workQueues }: ResendJobsProps) {
    super(scope, id);
    const { functionName, timeoutSeconds } = resendQueue;
    const { SETTLED_LINE_DAYS, MAIL_SETTINGS, RESEND_LIMITS } = variablesOf(settings);
    const queue = workQueues.of(functionName);
    const worker = new LambdaFunction<typeof environment>(this, 'ResendOrderLines', {
      settings,
      folder: functionName,
      description: 'Processes bulk resends',
      environment: {
        DEAD_LETTER_QUEUE_URL: queue.urls.deadLetters,
        RESEND_QUEUE_URL: queue.urls.queue,
        TABLE_NAME: table.tableName,
        SETTLED_LINE_DAYS,
        MAIL_SETTINGS,
        CONFIGURATION_SET: mail.configurationSetName,
        RESEND_LIMITS,
      },
      timeout: Duration.seconds(timeoutSeconds),
      memory: 512,
      feedsItself: true,
    });
    queue.deliverTo(worker);
    queue.grantSend(worker);
    grantItems(table, worker, 'GetItem', 'BatchGetItem', 'PutItem');
    mail.grantSend(worker);
  }
}
