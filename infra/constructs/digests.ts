import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { environment } from '../../functions/send-digests/handler.ts';
import { listIndexes } from '../../shared/adapters/order-line-item.ts';
import { digestMinutes } from '../../shared/domain/notifications.ts';
import { type FunctionSettings, variablesOf } from '../settings.ts';
import { callOnSchedule } from './call-on-schedule.ts';
import { LambdaFunction } from './lambda-function.ts';
import type { Mail } from './mail.ts';
import { grantItems, grantQuery } from './table.ts';

interface DigestsProps {
  readonly settings: FunctionSettings;
  readonly table: Table;
  readonly mail: Mail;
  /** The console's address. */
  readonly origin: string;
}

/** How long a run may take: until the next one begins, so that no two overlap. */
const interval = Duration.minutes(digestMinutes);

/** Sends people their daily digests. A failed run is not retried: the next one sends what is left. */
export class Digests extends Construct {
  constructor(scope: Construct, id: string, { settings, table, mail, origin }: DigestsProps) {
    super(scope, id);
    const { SETTLED_LINE_DAYS, MAIL_SETTINGS, MAIL_RATE } = variablesOf(settings);
    const sender = new LambdaFunction<typeof environment>(this, 'SendDigests', {
      settings,
      folder: 'send-digests',
      description: 'Sends people their daily digests',
      environment: {
        TABLE_NAME: table.tableName,
        SETTLED_LINE_DAYS,
        MAIL_SETTINGS,
        MAIL_RATE,
        CONFIGURATION_SET: mail.configurationSetName,
        CONSOLE_ORIGIN: origin,
      },
      timeout: interval,
      memory: 512,
    });
    grantItems(table, sender, 'GetItem', 'BatchGetItem', 'PutItem', 'Query');
    grantQuery(table, sender, 'byDue', ...listIndexes);
    mail.grantSend(sender);
    mail.grantReadAccount(sender);

    callOnSchedule(this, sender, {
      description: 'Sends the digests that are due',
      // Every quarter of an hour, it is 08:00 somewhere.
      schedule: ScheduleExpression.cron({ minute: `0/${digestMinutes}` }),
      interval,
    });
  }
}
