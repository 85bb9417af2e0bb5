/** A fault that the workflow or a queue retries or reports by its name. */
export class NamedFault extends Error {
  constructor(name: FaultName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

/** The names of faults, for throwers and catchers alike. */
export const faultNames = {
  /** The execution's line is not in the table: nothing to retry. */
  orderLineNotFound: 'OrderLineNotFound',
  /** Someone else is sending for this line; a retry will find out how that ended. */
  sendInProgress: 'SendInProgress',
  /** The mail service did not accept the email. */
  emailNotSent: 'EmailNotSent',
  /** The answer to a write was lost: it may have taken effect. */
  writeUnconfirmed: 'WriteUnconfirmed',
  /** DynamoDB kept leaving out part of a batch. */
  readThrottled: 'ReadThrottled',
  /** Too many concurrent writers of one line; a retry finds them gone. */
  lineContended: 'LineContended',
  /** Too many concurrent writers of one job; a retry finds them gone. */
  jobContended: 'JobContended',
  /** Too many concurrent writers of one count; a retry finds them gone. */
  tallyContended: 'TallyContended',
  /** Too many concurrent writers of one webhook; a retry finds them gone. */
  webhookContended: 'WebhookContended',
  /** Too many concurrent writers of one address; a retry finds them gone. */
  addressContended: 'AddressContended',
  /** Too many concurrent writers of one person's choice; a retry finds them gone. */
  choiceContended: 'ChoiceContended',
  /** There was no time for all notices of a bounce; a retry sends the others. */
  noticesLeft: 'NoticesLeft',
  /** A scheduled run could not do everything; the next one tries again. */
  runIncomplete: 'RunIncomplete',
  /** SQS kept refusing messages of a batch. */
  messagesNotQueued: 'MessagesNotQueued',
  /** AWS throttled the call, or has no room for more executions: a later call will succeed. */
  throttled: 'Throttled',
  /** The execution started before its line's requested start date. */
  notDueYet: 'NotDueYet',
} as const;
export type FaultName = (typeof faultNames)[keyof typeof faultNames];

/** Whether AWS currently throttles such calls. */
export const isThrottled = (error: unknown): boolean =>
  error instanceof NamedFault && error.name === faultNames.throttled;
