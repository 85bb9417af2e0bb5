import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type EventPattern, type IEventBusRef, Match } from 'aws-cdk-lib/aws-events';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type Source, sources } from '../../shared/contracts/events.ts';
import { intakeRules } from '../intake-rules.ts';
import type { QueueUrls } from '../outputs.ts';
import { type Settings, variablesOf } from '../settings.ts';
import type { Bus } from './bus.ts';
import { constructId } from './construct-id.ts';
import { defaultBus } from './default-bus.ts';
import { EventConsumer } from './event-consumer.ts';
import type { Mail } from './mail.ts';
import type { WorkQueues } from './work-queue.ts';

interface IntakeProps {
  readonly settings: Settings;
  readonly table: Table;
  readonly stateMachine: StateMachine;
  readonly mail: Mail;
  readonly bus: Bus;
  readonly workQueues: WorkQueues;
  /** The console's address. */
  readonly origin: string;
}

/** Where the events of a source come from. */
interface Sender {
  /** AWS services publish to the account's default bus, all others to the product's own. */
  readonly bus: IEventBusRef;
  /** Limits the source's events to the product's; all, if missing. */
  readonly detail?: NonNullable<EventPattern['detail']>;
}

/** The functions that take in the events from the product's bus and SES's reports. */
export class Intake extends Construct {
  readonly queues: Readonly<Record<string, QueueUrls>>;

  constructor(scope: Construct, id: string, props: IntakeProps) {
    super(scope, id);
    const { settings, table, stateMachine, mail, bus, workQueues, origin } = props;
    const product = { bus: bus.resource };
    const senders: Readonly<Record<Source, Sender>> = {
      [sources.commerce]: product,
      [sources.controlHub]: product,
      [sources.product]: product,
      [sources.mail]: { bus: defaultBus(this), detail: mail.reportDetail },
    };
    const variables = variablesOf(settings);
    const queues = intakeRules.map(({ declared, detailType }) => {
      const { bus, detail } = senders[declared.source];
      const { urls } = new EventConsumer(this, constructId(declared.functionName), {
        settings,
        table,
        stateMachine,
        declared,
        workQueues,
        mail,
        origin,
        bus,
        pattern: {
          source: [declared.source],
          ...(detailType && { detailType: patternOf(detailType) }),
          ...(detail && { detail }),
        },
        variables,
      });
      return [declared.functionName, urls] as const;
    });
    this.queues = Object.fromEntries(queues);
  }
}

const patternOf = (detailType: NonNullable<(typeof intakeRules)[number]['detailType']>): string[] =>
  'only' in detailType ? [...detailType.only] : Match.anythingBut(...detailType.allBut);
