/*
 * All that the emulator is known to answer otherwise than AWS, where the product or its tests meet it. A test of the
 * deployed suite sees that each still differs; what does not any more is to be taken out, with what was done about it.
 */

interface Difference {
  readonly emulator: string;
  /** What AWS does, and where that is said. */
  readonly aws: string;
  /** What is done about it here. */
  readonly therefore: string;
}

const heldByWireCheck =
  'the local service holds every request to the service models and the documentation, in infra/local/wire';

export const differences = {
  busPolicies: {
    emulator: 'refuses a template with a policy of an event bus',
    aws: 'lets other accounts send by it (AWS::Events::EventBusPolicy)',
    therefore: 'it is left out of the deployed template; the senders of the tests are all in one account',
  },
  eventArchives: {
    emulator: 'refuses a template with an archive of events',
    aws: 'keeps the events of a bus, and replays them (AWS::Events::Archive)',
    therefore:
      'they are left out of the deployed template; events that come again are tested by the local service',
  },
  gradualDeployments: {
    emulator: 'refuses a template with a deployment group of CodeDeploy',
    aws: 'shifts the calls of an alias gradually, and back when an alarm rings (AWS::CodeDeploy::DeploymentGroup)',
    therefore:
      'they are left out of the deployed template, and the update policy of the aliases with them: there a new version takes over at once',
  },
  metricMath: {
    emulator: 'refuses alarms on a metric that is computed from others',
    aws: 'computes it (AWS::CloudWatch::Alarm, Metrics)',
    therefore: 'they are left out of the deployed template; alarms on a single metric are deployed',
  },
  functionErrors: {
    emulator: 'names every error of a function Runtime.HandlerError',
    aws: 'names it as the error that was thrown (Lambda, Node.js error handling)',
    therefore:
      'what the workflow does by the names of errors is tested by test/infra/workflow.test.ts and the local service',
  },
  endedExecutions: {
    emulator: 'answers ValidationException to StopExecution of an execution that has ended',
    aws: 'does not document it (API_StopExecution)',
    therefore: 'the adapter takes this and a success alike, see shared/adapters/workflow.ts',
  },
  executionNames: {
    emulator: 'takes any name of an execution',
    aws: 'refuses white space, brackets and more than 80 characters (API_StartExecution)',
    therefore: heldByWireCheck,
  },
  executionInput: {
    emulator: 'takes an input that is not JSON',
    aws: 'answers InvalidExecutionInput (API_StartExecution)',
    therefore: heldByWireCheck,
  },
  messageTags: {
    emulator: 'takes any text in the tags of an email',
    aws: 'takes A-Z a-z 0-9 _ - (SES API, MessageTag)',
    therefore: heldByWireCheck,
  },
  longSenders: {
    emulator: 'takes a sender of any length',
    aws: 'takes 320 characters (https://github.com/zulip/zulip/issues/17558)',
    therefore: heldByWireCheck,
  },
  emptyAttributes: {
    emulator: 'takes an empty attribute of a message',
    aws: 'refuses it (SQS API, MessageAttributeValue)',
    therefore: heldByWireCheck,
  },
} as const satisfies Record<string, Difference>;
