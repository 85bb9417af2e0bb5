import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, OrganizationPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { environment as bookingEnvironment } from '../../functions/book-order-line/handler.ts';
import type { environment as feedbackEnvironment } from '../../functions/record-email-feedback/handler.ts';
import { sources } from '../../shared/contracts/events.ts';
import type { intakeEnvironment } from '../../shared/runtime/intake.ts';
import type { IntakeFunction } from '../intake-rules.ts';
import type { QueueUrls } from '../outputs.ts';
import type { Settings } from '../settings.ts';
import { EventConsumer } from './event-consumer.ts';
import type { Mail } from './mail.ts';
import { grantItems } from './table.ts';
import { grantExecutions } from './workflow.ts';

interface IntakeProps {
  readonly settings: Pick<Settings, 'eventSources' | 'offerWindows' | 'deadLetterDays' | 'logRetentionDays'>;
  readonly table: Table;
  readonly stateMachine: StateMachine;
  readonly mail: Mail;
}

/** The product's event bus, and the functions that take in what comes over it and what SES reports. */
export class Intake extends Construct {
  readonly bus: EventBus;
  readonly queues: Readonly<Record<IntakeFunction, QueueUrls>>;

  constructor(scope: Construct, id: string, { settings, table, stateMachine, mail }: IntakeProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Order lines and onboardings' });
    this.#admit('commerce', settings.eventSources.commerce);
    this.#admit('controlHub', settings.eventSources.controlHub);
    const buses = { product: this.bus, default: EventBus.fromEventBusName(this, 'DefaultBus', 'default') };
    const common = { settings, table, stateMachine, buses };

    const booking = new EventConsumer<typeof bookingEnvironment>(this, 'BookOrderLine', {
      ...common,
      functionName: 'book-order-line',
      description: 'Books order lines and starts their workflow',
      environment: (intake) => ({ ...intake, OFFER_WINDOWS: JSON.stringify(settings.offerWindows) }),
    });
    grantItems(table, booking, 'GetItem', 'BatchGetItem', 'PutItem');
    grantExecutions(stateMachine, booking, 'Start', 'Stop');

    const rescheduling = new EventConsumer<typeof intakeEnvironment>(this, 'RescheduleOrderLine', {
      ...common,
      functionName: 'reschedule-order-line',
      description: 'Moves requested start dates',
      environment: (intake) => intake,
    });
    grantItems(table, rescheduling, 'GetItem', 'PutItem');
    grantExecutions(stateMachine, rescheduling, 'Start', 'Stop');

    const cancelling = new EventConsumer<typeof intakeEnvironment>(this, 'CancelOrderLine', {
      ...common,
      functionName: 'cancel-order-line',
      description: 'Cancels order lines and stops their workflow',
      environment: (intake) => intake,
    });
    grantItems(table, cancelling, 'GetItem', 'PutItem');
    grantExecutions(stateMachine, cancelling, 'Start', 'Stop');

    const onboarding = new EventConsumer<typeof intakeEnvironment>(this, 'RecordOnboarding', {
      ...common,
      functionName: 'record-onboarding',
      description: 'Records onboardings and stops the workflows of their lines',
      environment: (intake) => intake,
    });
    grantItems(table, onboarding, 'GetItem', 'PutItem', 'Query');
    grantExecutions(stateMachine, onboarding, 'Start', 'Stop');

    const feedback = new EventConsumer<typeof feedbackEnvironment>(this, 'RecordEmailFeedback', {
      ...common,
      functionName: 'record-email-feedback',
      description: 'Records what became of emails',
      // Other products of the account have emails too.
      detail: { mail: { tags: { 'ses:configuration-set': [mail.configurationSetName] } } },
      environment: ({ TABLE_NAME, DEAD_LETTER_QUEUE_URL }) => ({ TABLE_NAME, DEAD_LETTER_QUEUE_URL }),
    });
    grantItems(table, feedback, 'GetItem', 'PutItem');

    this.queues = {
      'book-order-line': booking.urls,
      'reschedule-order-line': rescheduling.urls,
      'cancel-order-line': cancelling.urls,
      'record-onboarding': onboarding.urls,
      'record-email-feedback': feedback.urls,
    };
  }

  /**
   * Lets those of a source put its events on the bus, and no others: who books orders cannot say that an organization
   * was onboarded. Nobody else outside of the account may put any. What the account's own users and roles may put is
   * up to their policies, whatever stands here.
   */
  #admit(
    name: 'commerce' | 'controlHub',
    { accountIds, organizationId }: Settings['eventSources'][typeof name],
  ): void {
    const principals = {
      Accounts: accountIds.map((accountId) => new AccountPrincipal(accountId)),
      Organization: organizationId === undefined ? [] : [new OrganizationPrincipal(organizationId)],
    };
    for (const [kind, named] of Object.entries(principals)) {
      if (named.length === 0) continue;
      this.bus.addToResourcePolicy(
        new PolicyStatement({
          sid: `${name}${kind}`,
          actions: ['events:PutEvents'],
          principals: named,
          resources: [this.bus.eventBusArn],
          conditions: { StringEquals: { 'events:source': sources[name] } },
        }),
      );
    }
  }
}
