import { CfnOutput, RemovalPolicies, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { firstEmailsQueue } from '../functions/send-provisioning-email/queue.ts';
import { Api } from './constructs/api.ts';
import { CallerSalt } from './constructs/caller-salt.ts';
import { ChangeStream } from './constructs/change-stream.ts';
import { Console } from './constructs/console.ts';
import { Digests } from './constructs/digests.ts';
import { Gateway } from './constructs/gateway.ts';
import { Intake } from './constructs/intake.ts';
import { Masses } from './constructs/masses.ts';
import { Monitoring } from './constructs/monitoring.ts';
import { ResendJobs } from './constructs/resend-jobs.ts';
import { SignIn } from './constructs/sign-in.ts';
import { Sweep } from './constructs/sweep.ts';
import { Webhooks } from './constructs/webhooks.ts';
import { WorkQueues } from './constructs/work-queue.ts';
import { OrderLineWorkflow } from './constructs/workflow.ts';
import type { DataStack } from './data-stack.ts';
import type { Settings } from './settings.ts';

interface ServiceProps extends StackProps {
  readonly settings: Settings;
  readonly data: DataStack;
}

/** Everything that works on the data. It holds nothing that a later deployment would miss. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { settings, data, ...props }: ServiceProps) {
    super(scope, id, { description: 'Sends, resends and follows up provisioning emails', ...props });

    const { mail, people, bus } = data;
    const { table } = data.orderLines;
    const workQueues = new WorkQueues(this, 'Work', { settings });
    const { stateMachine } = new OrderLineWorkflow(this, 'Workflow', {
      settings,
      table,
      mail,
      workQueues,
    });
    const gateway = new Gateway(this, 'Gateway', { settings });
    const { queues } = new Intake(this, 'Intake', {
      settings,
      table,
      stateMachine,
      mail,
      bus,
      workQueues,
      origin: gateway.origin,
    });
    new Masses(this, 'Masses', { settings, table, stateMachine, workQueues });
    const signIn = new SignIn(this, 'SignIn', { settings, people, origin: gateway.origin });
    const callerSalt = new CallerSalt(this, 'CallerSalt');
    const serving = { settings, table, mail, callerSalt, workQueues, gateway, signIn };
    new Api(this, 'Api', serving);
    new Console(this, 'Console', serving);
    new ResendJobs(this, 'ResendJobs', { settings, table, mail, workQueues });
    new Webhooks(this, 'Webhooks', { settings, table, mail, workQueues });
    new Digests(this, 'Digests', { settings, table, mail, origin: gateway.origin });
    new Sweep(this, 'Sweep', { settings, table, stateMachine });
    const { publisher, counter, publishingDeadLetters } = new ChangeStream(this, 'ChangeStream', {
      settings,
      table,
      bus: bus.resource,
    });
    const lane = workQueues.of(firstEmailsQueue.functionName);
    new Monitoring(this, 'Monitoring', {
      settings,
      stateMachine,
      stage: gateway.stage,
      publisher,
      counter,
      lane,
    });

    if (!settings.keepData) RemovalPolicies.of(this).destroy();

    new CfnOutput(this, 'ApiUrl', { value: gateway.origin });
    new CfnOutput(this, 'EventBusArn', { value: bus.resource.eventBusArn });
    new CfnOutput(this, 'StateMachineArn', { value: stateMachine.stateMachineArn });
    new CfnOutput(this, 'TableName', { value: table.tableName });
    new CfnOutput(this, 'SettledLineDays', { value: String(settings.settledLineDays) });
    new CfnOutput(this, 'IntakeQueues', { value: this.toJsonString(queues) });
    new CfnOutput(this, 'WorkQueues', { value: this.toJsonString(workQueues.urls) });
    new CfnOutput(this, 'PublishingDeadLetters', { value: publishingDeadLetters.queueUrl });
  }
}
