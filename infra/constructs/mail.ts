import { Stack } from 'aws-cdk-lib';
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ConfigurationSet, EmailSendingEvent, EventDestination } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { defaultBus } from './default-bus.ts';

interface MailProps {
  readonly settings: Pick<Settings, 'mail'>;
}

/** Sending emails, and SES's reports on them. The deployer verifies the sender's address or domain. */
export class Mail extends Construct {
  readonly configurationSetName: string;
  /** Restricts SES's events to these emails: other products in the account send emails, too. */
  readonly reportDetail: NonNullable<EventPattern['detail']>;
  readonly #senderAddress: string;

  constructor(scope: Construct, id: string, { settings }: MailProps) {
    super(scope, id);
    this.#senderAddress = settings.mail.senderAddress;
    const configurationSet = new ConfigurationSet(this, 'ConfigurationSet');
    configurationSet.addEventDestination('DefaultBus', {
      destination: EventDestination.eventBus(defaultBus(this)),
      events: [
        EmailSendingEvent.SEND,
        EmailSendingEvent.DELIVERY,
        EmailSendingEvent.DELIVERY_DELAY,
        EmailSendingEvent.BOUNCE,
        EmailSendingEvent.COMPLAINT,
        EmailSendingEvent.REJECT,
      ],
    });
    this.configurationSetName = configurationSet.configurationSetName;
    this.reportDetail = { mail: { tags: { 'ses:configuration-set': [this.configurationSetName] } } };
  }

  /** Lets `grantee` send emails from the sender's address. */
  grantSend({ grantPrincipal }: IGrantable): void {
    const arn = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({ service: 'ses', resource, resourceName });
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['ses:SendEmail'],
        resources: [
          ...identitiesOf(this.#senderAddress).map((identity) => arn('identity', identity)),
          arn('configuration-set', this.configurationSetName),
        ],
        conditions: { StringEquals: { 'ses:FromAddress': this.#senderAddress } },
      }),
    );
  }

  /** Lets `grantee` ask what the account may send; SES has no narrower permission. */
  grantReadQuota({ grantPrincipal }: IGrantable): void {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['ses:GetSendQuota'], resources: ['*'] }),
    );
  }

  /** The same for SES's second API. */
  grantReadAccount({ grantPrincipal }: IGrantable): void {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['ses:GetAccount'], resources: ['*'] }),
    );
  }
}

/** The identities that can be verified for an address: itself, its domain, or a parent domain. */
function identitiesOf(address: string): readonly string[] {
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  return [address, ...domains];
}
