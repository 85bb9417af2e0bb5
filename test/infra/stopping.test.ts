import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { SFNClient } from '@aws-sdk/client-sfn';
import { countRunning, secondsToStop, stopPace, stopRunning } from '../../infra/stopping.ts';
import { type Pace, tokenBucket } from '../../shared/domain/token-bucket.ts';
import { realTime } from '../../shared/runtime/real-time.ts';

const machine = 'arn:aws:states:eu-central-1:111111111111:stateMachine:Lines';

/** Answers as Step Functions does to what stopping asks of it, and can be told to refuse. */
class StepFunctions {
  readonly running = new Set<string>();
  readonly stopped: string[] = [];
  /** What the next stops are answered with instead. */
  readonly refusals: string[] = [];
  pageSize = 1000;
  isGone = false;
  onStop: () => void = () => undefined;
  readonly #server: Server;
  client!: SFNClient;

  constructor(names: readonly string[]) {
    for (const name of names) this.running.add(name);
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const { status = 200, ...answer } = this.#answer(
          String(request.headers['x-amz-target']).replace('AWSStepFunctions.', ''),
          JSON.parse(body) as Record<string, string>,
        );
        response
          .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
          .end(JSON.stringify(answer));
      });
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.client = new SFNClient({
      endpoint: `http://127.0.0.1:${address.port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    return this;
  }

  close(): void {
    this.client.destroy();
    this.#server.close();
  }

  #answer(operation: string, input: Record<string, string>): { status?: number } & Record<string, unknown> {
    if (operation === 'ListExecutions') {
      if (this.isGone) return { status: 400, __type: 'StateMachineDoesNotExist' };
      expect(input).toMatchObject({ stateMachineArn: machine, statusFilter: 'RUNNING' });
      const from = Number(input['nextToken'] ?? 0);
      const all = [...this.running];
      const executions = all.slice(from, from + this.pageSize).map((executionArn) => ({ executionArn }));
      const next = from + this.pageSize;
      return { executions, ...(next < all.length ? { nextToken: String(next) } : {}) };
    }
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return { status: 400, __type: refusal };
    const { executionArn = '' } = input;
    this.onStop();
    if (!this.running.delete(executionArn)) return { status: 400, __type: 'ExecutionDoesNotExist' };
    this.stopped.push(executionArn);
    return { stopDate: 1 };
  }
}

const named = (count: number) => Array.from({ length: count }, (_, index) => `execution-${index}`);

/** Stops all without waiting for lists to catch up: this one never lags. */
const stopAll = (client: SFNClient, onStop?: (soFar: number) => void) =>
  stopRunning(client, machine, { burst: 10_000, perSecond: 10_000 }, onStop, {
    ...realTime,
    sleep: () => realTime.sleep(0),
  });

/** The SDK pauses between its tries for a random time, from nothing on. */
const { random } = Math;
beforeEach(() => {
  Math.random = () => 0;
});

let stepFunctions: StepFunctions;
const start = async (names: readonly string[]) => (stepFunctions = await new StepFunctions(names).start());
afterEach(() => {
  Math.random = random;
  stepFunctions.close();
});

describe('before a state machine is deleted', () => {
  test('every execution that runs is stopped, over all pages', async () => {
    const { client, running } = Object.assign(await start(named(250)), { pageSize: 100 });
    expect(await countRunning(client, machine)).toBe(250);
    const seen: number[] = [];
    expect(await stopAll(client, (soFar) => seen.push(soFar))).toBe(250);
    expect(running.size).toBe(0);
    expect(seen).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
  });

  test('those that begin meanwhile are stopped as well', async () => {
    const { client, running, stopped } = await start(named(3));
    stepFunctions.onStop = () => {
      if (stopped.length === 2) running.add('a-straggler');
    };
    await stopAll(client);
    expect(stopped).toContain('a-straggler');
    expect(running.size).toBe(0);
  });

  test('what is throttled is tried again, and what has ended by itself is left alone', async () => {
    const { client, running } = await start(named(3));
    stepFunctions.refusals.push('ThrottlingException', 'ExecutionDoesNotExist', 'ValidationException');
    await stopAll(client);
    expect(running.size).toBe(0);
  });

  test('a refusal for good is an error, and running it again goes on', async () => {
    const { client, running } = await start(named(40));
    stepFunctions.refusals.push('AccessDeniedException');
    await expect(stopAll(client)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await stopAll(client);
    expect(running.size).toBe(0);
  });

  test('one that is gone already has nothing to stop', async () => {
    const { client } = Object.assign(await start(named(3)), { isGone: true });
    expect(await stopAll(client)).toBe(0);
  });
});

describe('the pace', () => {
  /** Takes turns on a clock that moves by sleeping alone, and says when each came, in seconds. */
  async function turns(count: number, pace: Pace): Promise<readonly number[]> {
    let now = 0;
    const sleep = (milliseconds: number) => Promise.resolve((now += milliseconds));
    const bucket = tokenBucket(pace, { now: () => now, sleep });
    const times: number[] = [];
    for (let taken = 0; taken < count; taken += 1) {
      await bucket.take();
      times.push(now / 1000);
    }
    return times;
  }

  test('lets the burst through, and then so many a second', async () => {
    const times = await turns(10, { burst: 4, perSecond: 2 });
    expect(times).toEqual([0, 0, 0, 0, 0.5, 1, 1.5, 2, 2.5, 3]);
  });

  test.each([
    ['us-east-1', 1000, 200],
    ['us-west-2', 1000, 200],
    ['eu-west-1', 1000, 200],
    ['eu-central-1', 500, 25],
    ['ap-northeast-1', 500, 25],
  ])('stays below what Step Functions allows in %s', async (region, bucket, refill) => {
    const pace = stopPace(region);
    const times = await turns(3000, pace);
    for (const [index, time] of times.entries())
      expect(index + 1).toBeLessThanOrEqual(bucket + refill * time);
    expect(times.at(-1)).toBeLessThanOrEqual(secondsToStop(3000, pace));
  });

  test('is told ahead: a million lines take hours where quotas are low', () => {
    expect(secondsToStop(300, stopPace('eu-central-1'))).toBe(0);
    expect(secondsToStop(1_000_000, stopPace('us-east-1')) / 3600).toBeCloseTo(1.7, 1);
    expect(secondsToStop(1_000_000, stopPace('eu-central-1')) / 3600).toBeCloseTo(13.9, 1);
  });
});
