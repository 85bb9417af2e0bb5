import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, type EventPattern, type IEventBusRef, Match } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, OrganizationPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type Source, sources } from '../../shared/contracts/events.ts';
import { intakeRules } from '../intake-rules.ts';
import type { QueueUrls } from '../outputs.ts';
import { type Settings, variablesOf } from '../settings.ts';
import { EventConsumer } from './event-consumer.ts';
import type { Mail } from './mail.ts';

interface IntakeProps {
  readonly settings: Settings;
  readonly table: Table;
  readonly stateMachine: StateMachine;
  readonly mail: Mail;
}

/** Where the events of a source come from. */
interface Sender {
  /** AWS services publish to the account's default bus, all others to the product's own. */
  readonly bus: IEventBusRef;
  /** Which of the source's details are the product's; all, if missing. */
  readonly detail?: NonNullable<EventPattern['detail']>;
}

/** The product's event bus, and the functions that take in what comes over it and what SES reports. */
export class Intake extends Construct {
  readonly bus: EventBus;
  readonly queues: Readonly<Record<string, QueueUrls>>;

  constructor(scope: Construct, id: string, { settings, table, stateMachine, mail }: IntakeProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Order lines and onboardings' });
    this.#admit('commerce', settings.eventSources.commerce);
    this.#admit('controlHub', settings.eventSources.controlHub);
    const product = { bus: this.bus };
    const senders: Readonly<Record<Source, Sender>> = {
      [sources.commerce]: product,
      [sources.controlHub]: product,
      [sources.mail]: {
        bus: EventBus.fromEventBusName(this, 'DefaultBus', 'default'),
        // Other products of the account have emails too.
        detail: { mail: { tags: { 'ses:configuration-set': [mail.configurationSetName] } } },
      },
    };
    const variables = variablesOf(settings);
    const queues = intakeRules.map(({ declared, detailType }) => {
      const { bus, detail } = senders[declared.source];
      const { urls } = new EventConsumer(this, constructId(declared.functionName), {
        settings,
        table,
        stateMachine,
        declared,
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

/** `book-order-line` as `BookOrderLine` */
const constructId = (functionName: string): string =>
  functionName.replace(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());

const patternOf = (detailType: NonNullable<(typeof intakeRules)[number]['detailType']>): string[] =>
  'only' in detailType ? [...detailType.only] : Match.anythingBut(...detailType.allBut);
