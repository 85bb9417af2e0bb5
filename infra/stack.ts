import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Api } from './constructs/api.ts';
import { Console } from './constructs/console.ts';
import { Intake } from './constructs/intake.ts';
import { Mail } from './constructs/mail.ts';
import { Sweep } from './constructs/sweep.ts';
import { OrderLineTable } from './constructs/table.ts';
import { OrderLineWorkflow } from './constructs/workflow.ts';
import type { Settings } from './settings.ts';

interface ProvisioningResendProps extends StackProps {
  readonly settings: Settings;
}

/** The whole service. */
export class ProvisioningResendStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: ProvisioningResendProps) {
    super(scope, id, { description: 'Sends, resends and follows up provisioning emails', ...props });

    const { table } = new OrderLineTable(this, 'OrderLines');
    const mail = new Mail(this, 'Mail', { settings });
    const { stateMachine } = new OrderLineWorkflow(this, 'Workflow', { settings, table, mail });
    const { bus } = new Intake(this, 'Intake', { settings, table, stateMachine, mail });
    const { url, httpApi } = new Api(this, 'Api', { settings, table, mail });
    const { issuer, consoleClientId } = settings.signIn;
    new Console(this, 'Console', {
      settings,
      table,
      mail,
      api: httpApi,
      signIn: { issuer, clientId: consoleClientId },
    });
    new Sweep(this, 'Sweep', { settings, table, stateMachine });

    new CfnOutput(this, 'ApiUrl', { value: url });
    new CfnOutput(this, 'EventBusArn', { value: bus.eventBusArn });
  }
}
