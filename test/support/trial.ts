import { AsyncLocalStorage } from 'node:async_hooks';
import { callingFunction, type Invocation } from '../../infra/local/calling-function.ts';
import { Faults } from '../../infra/local/faults.ts';
import type { Life } from './mortal.ts';

/** What may happen to one call of AWS. */
export const faultNames = [
  'fails before',
  'fails after',
  'times out before',
  'times out after',
  'is throttled three times',
  'loses its first answer',
  'dies before',
  'dies after',
] as const;
export type FaultName = (typeof faultNames)[number];

const serverErrors: Readonly<Record<string, string>> = {
  dynamodb: 'InternalServerError',
  ses: 'InternalFailure',
  sfn: 'InternalServerError',
  sqs: 'InternalError',
  events: 'InternalException',
};

const throttlings: Readonly<Record<string, string>> = {
  dynamodb: 'ProvisionedThroughputExceededException',
  ses: 'Throttling',
  sfn: 'ThrottlingException',
  sqs: 'RequestThrottled',
  events: 'ThrottlingException',
};

/** One call of AWS, as it was observed in a story. */
export interface Spot {
  /** What the story does meanwhile. */
  readonly step: string;
  /** Who calls: a function, or a Task of the workflow. */
  readonly caller: string;
  /** What that run of the caller has called so far, this call the last: where in its code it is. */
  readonly path: string;
  /** Which of the calls it is for which all of that is the same. */
  readonly nth: number;
}

const isSameSpot = (a: Spot, b: Spot): boolean =>
  a.step === b.step && a.caller === b.caller && a.path === b.path && a.nth === b.nth;

/** The place in the code that makes the call, whatever the story. */
export const codePlace = ({ caller, path }: Spot): string => `${caller}: ${path}`;

/** The faults that a call can meet: to one that changes nothing, it makes no difference whether it took effect. */
export const faultsOf = ({ path }: Spot): readonly FaultName[] =>
  /(^| )(Get|BatchGet|Query|Scan|Describe|List)\w*$/.test(path)
    ? faultNames.filter((fault) => !fault.endsWith(' after'))
    : faultNames;

/** Who makes calls that are not part of a trial. */
export const somebodyElse = 'somebody else';

/** What a story meets, and what it called. */
export class Trial {
  readonly spots: Spot[] = [];
  step = '';
  /** Whether the call that was to fail was made. */
  isMet = false;
  /** What comes between a function and a call that it is about to make. */
  before: ((invocation: Invocation, call: string) => Promise<void>) | undefined;
  readonly #target: { readonly spot: Spot; readonly fault: FaultName } | undefined;
  readonly #paths = new WeakMap<Invocation, string[]>();
  #throttled = { call: '', left: 0 };

  constructor(target?: { readonly spot: Spot; readonly fault: FaultName }) {
    this.#target = target;
  }

  /** The fault that the call meets, if any. */
  meet(invocation: Invocation, call: string): FaultName | undefined {
    const calls = this.#paths.get(invocation) ?? [];
    // The same call again and again is the same place in the code.
    if (calls.at(-1) !== call) calls.push(call);
    this.#paths.set(invocation, calls);
    const { functionName: caller } = invocation;
    const seen = { step: this.step, caller, path: calls.join(' > ') };
    const nth = 1 + this.spots.filter((spot) => isSameSpot(spot, { ...seen, nth: spot.nth })).length;
    this.spots.push({ ...seen, nth });

    if (this.#throttled.left > 0 && this.#throttled.call === `${caller} ${call}`) {
      this.#throttled.left -= 1;
      return 'is throttled three times';
    }
    if (this.isMet || !this.#target || !isSameSpot(this.#target.spot, { ...seen, nth })) return undefined;
    this.isMet = true;
    const { fault } = this.#target;
    if (fault === 'is throttled three times') this.#throttled = { call: `${caller} ${call}`, left: 2 };
    return fault;
  }
}

/** Stands in the way of a runtime's calls for the trial that is on. */
export class TrialFaults extends Faults {
  readonly #life: Life;
  readonly #trial: () => Trial | undefined;
  readonly #attempts = new AsyncLocalStorage<{ isAnswerLost: boolean }>();

  constructor(life: Life, trial: () => Trial | undefined) {
    super();
    this.#life = life;
    this.#trial = trial;
  }

  override around<Result>(service: string, command: string, call: () => Promise<Result>): Promise<Result> {
    const invocation = callingFunction();
    const trial = this.#trial();
    const name = command.replace(/Command$/, '');
    const isTried = invocation && trial && invocation.functionName !== somebodyElse;
    const fault = isTried ? trial.meet(invocation, name) : undefined;
    // Each call has its own attempts, also one of what another call has set off.
    const losing = (isAnswerLost: boolean) => () => this.#attempts.run({ isAnswerLost }, call);
    return this.#life.during(async () => {
      if (isTried) await trial.before?.(invocation, name);
      return await makeCall({ service, fault, life: this.#life, call: losing(false) }, losing(true));
    });
  }

  override async attempt<Result>(call: () => Promise<Result>): Promise<Result> {
    const state = this.#attempts.getStore();
    const result = await call();
    if (!state?.isAnswerLost) return result;
    state.isAnswerLost = false;
    throw Object.assign(named('Error'), { code: 'ECONNRESET' });
  }
}

/**
 * Makes a call of AWS that meets a fault.
 * @param withoutFirstAnswer makes it so that the SDK does not get the first answer
 */
export async function makeCall<Result>(
  {
    service,
    fault,
    life,
    call,
  }: {
    readonly service: string;
    readonly fault: FaultName | undefined;
    readonly life: Life;
    readonly call: () => Promise<Result>;
  },
  withoutFirstAnswer: () => Promise<Result>,
): Promise<Result> {
  switch (fault) {
    case undefined:
      return await call();
    case 'fails before':
      throw named(serverErrors[service]);
    case 'fails after':
      await call();
      throw named(serverErrors[service]);
    case 'times out before':
      throw named('TimeoutError');
    case 'times out after':
      await call();
      throw named('TimeoutError');
    case 'is throttled three times':
      throw named(throttlings[service]);
    case 'loses its first answer':
      return await withoutFirstAnswer();
    case 'dies before':
      life.end();
      throw named('Death');
    case 'dies after': {
      const result = await call();
      life.end();
      return result;
    }
  }
}

const named = (name = 'Error'): Error => Object.assign(new Error('made to fail'), { name });
