import { pacer } from '../../shared/domain/pacer.ts';

/** Takes places for so many seconds of virtual time, each as soon as it comes; answers when they were. */
function run(
  seconds: number,
  pace: ReturnType<typeof pacer>,
  clock: { now: number },
  onTurn: () => void = () => undefined,
) {
  const turns: number[] = [];
  const end = clock.now + seconds * 1000;
  for (;;) {
    const { wait } = pace.take(Infinity);
    clock.now += wait;
    if (clock.now > end) return turns;
    turns.push(clock.now);
    onTurn();
  }
}

const started = (perSecond: number) => {
  const clock = { now: 0 };
  return {
    clock,
    pace: pacer(
      () => perSecond,
      () => clock.now,
    ),
  };
};

test.each([0.5, 14, 200])('at %d a second it keeps to the rate, and uses all of it', (perSecond) => {
  const { clock, pace } = started(perSecond);
  const turns = run(100, pace, clock);
  expect(turns.length / 100).toBeGreaterThan(perSecond * 0.98);
  // A second's worth more at the start.
  expect(turns.length).toBeLessThanOrEqual(101 * perSecond + 1);
});

test('without a rate nothing waits', () => {
  const { pace } = started(Infinity);
  for (let taken = 0; taken < 1000; taken += 1) expect(pace.take(0)).toEqual({ wait: 0, isTaken: true });
});

test('after a pause it makes up for one second at most', () => {
  const { clock, pace } = started(10);
  run(5, pace, clock);
  clock.now += 60_000;
  let atOnce = 0;
  while (pace.take(0).isTaken) atOnce += 1;
  expect(atOnce).toBe(11);
});

test('a place that is too far off is not taken', () => {
  const { pace } = started(1);
  while (pace.take(0).isTaken);
  expect(pace.take(900)).toEqual({ wait: 1000, isTaken: false });
  expect(pace.take(1000)).toEqual({ wait: 1000, isTaken: true });
});

test('a place that was given back is taken by the next', () => {
  const { pace } = started(1);
  while (pace.take(0).isTaken);
  const { wait } = pace.take(Infinity);
  pace.giveBack();
  expect(pace.take(Infinity).wait).toBe(wait);
});

test('slowed down again and again, it becomes much slower, and is the old one after a minute', () => {
  const { clock, pace } = started(100);
  run(10, pace, clock, () => pace.slowDown());
  const slow = run(1, pace, clock, () => pace.slowDown()).length;
  expect(slow).toBeLessThan(60);
  run(60, pace, clock);
  expect(run(10, pace, clock).length).toBeGreaterThan(980);
});

test('it finds the rate that others leave, and uses nine tenths of it', () => {
  const { clock, pace } = started(100);
  // A mail service that takes 80 a second, and holds a second's worth.
  const left = 80;
  let tokens = left;
  let filledAt = 0;
  let refused = 0;
  const send = () => {
    tokens = Math.min(left, tokens + ((clock.now - filledAt) / 1000) * left);
    filledAt = clock.now;
    if (tokens >= 1) tokens -= 1;
    else {
      refused += 1;
      pace.slowDown();
    }
  };
  run(60, pace, clock, send);
  refused = 0;
  const turns = run(120, pace, clock, send).length;
  expect((turns - refused) / 120).toBeGreaterThan(left * 0.9);
  expect(refused / turns).toBeLessThan(0.05);
});
