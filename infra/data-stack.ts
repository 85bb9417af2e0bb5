import { CfnOutput, RemovalPolicies, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Bus } from './constructs/bus.ts';
import { Mail } from './constructs/mail.ts';
import { People } from './constructs/people.ts';
import { OrderLineTable } from './constructs/table.ts';
import type { Settings } from './settings.ts';

interface DataProps extends StackProps {
  readonly settings: Settings;
}

/** What outlives the service: the order lines, the people, and everything that others refer to by name. */
export class DataStack extends Stack {
  readonly orderLines: OrderLineTable;
  readonly mail: Mail;
  readonly bus: Bus;
  /** Missing if the settings name an issuer. */
  readonly people: People | undefined;

  constructor(scope: Construct, id: string, { settings, ...props }: DataProps) {
    super(scope, id, { description: 'Provisioning emails: what keeps data', ...props });
    this.orderLines = new OrderLineTable(this, 'OrderLines', { settings });
    this.mail = new Mail(this, 'Mail', { settings });
    this.bus = new Bus(this, 'Bus', { settings, mail: this.mail });
    this.people = settings.signIn ? undefined : new People(this, 'People', { settings });
    if (!settings.keepData) RemovalPolicies.of(this).destroy();

    // Exported even if a setting names another stream: an export in use cannot be removed.
    this.exportValue(this.orderLines.table.tableStreamArn);
    new CfnOutput(this, 'EventArchiveArn', { value: this.bus.events.archiveArn });
    new CfnOutput(this, 'MailReportArchiveArn', { value: this.bus.mailReports.archiveArn });
  }
}
