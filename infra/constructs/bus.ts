import { Duration } from 'aws-cdk-lib';
import { Archive, EventBus, Match } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, OrganizationPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { sources } from '../../shared/contracts/events.ts';
import type { Settings } from '../settings.ts';
import { defaultBus } from './default-bus.ts';
import type { Mail } from './mail.ts';

interface BusProps {
  readonly settings: Pick<Settings, 'eventSources' | 'eventArchiveDays'>;
  readonly mail: Mail;
}

/** The product's event bus, and archives to replay everything that arrives on it and from SES. */
export class Bus extends Construct {
  readonly resource: EventBus;
  /** What commerce and Control Hub sent. */
  readonly events: Archive;
  /** What SES reported about the emails. */
  readonly mailReports: Archive;

  constructor(scope: Construct, id: string, { settings, mail }: BusProps) {
    super(scope, id);
    this.resource = new EventBus(this, 'Bus', { description: 'Order lines and onboardings' });
    this.#admit('commerce', settings.eventSources.commerce);
    this.#admit('controlHub', settings.eventSources.controlHub);

    const retention = Duration.days(settings.eventArchiveDays);
    this.events = new Archive(this, 'Events', {
      sourceEventBus: this.resource,
      description: "Events that others put on the product's bus",
      // A replay must not publish the product's own events to other systems again.
      eventPattern: { source: Match.anythingBut(sources.product) },
      retention,
    });
    this.mailReports = new Archive(this, 'MailReports', {
      sourceEventBus: defaultBus(this),
      description: "SES's reports on emails",
      eventPattern: { source: [sources.mail], detail: mail.reportDetail },
      retention,
    });
  }

  /**
   * Lets the senders of a source put that source's events on the bus, and no others: whoever books orders cannot report
   * an onboarding. Nobody else outside the account may put any. For the account's own users and roles, only their
   * policies decide.
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
      this.resource.addToResourcePolicy(
        new PolicyStatement({
          sid: `${name}${kind}`,
          actions: ['events:PutEvents'],
          principals: named,
          resources: [this.resource.eventBusArn],
          conditions: { StringEquals: { 'events:source': sources[name] } },
        }),
      );
    }
  }
}
