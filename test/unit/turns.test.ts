import { turns } from '../../infra/local/turns.ts';

/** Work that ends when it is told to. */
function heldWork() {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  return {
    begun,
    end: (piece: number) => ends.get(piece)?.(),
    work: (piece: number) => () => {
      begun.push(piece);
      return new Promise<number>((resolve) => ends.set(piece, () => resolve(piece)));
    },
  };
}

const settled = () => new Promise(setImmediate);

test('only so many run at once and so many wait, in the order in which they came', async () => {
  const turn = turns({ atOnce: 2, waiting: 2, patience: 1000 });
  const { begun, end, work } = heldWork();
  const answers = [1, 2, 3, 4, 5].map((piece) => turn(work(piece)));

  expect(await answers[4]).toBeUndefined();
  expect(begun).toEqual([1, 2]);
  end(1);
  expect(await answers[0]).toBe(1);
  await settled();
  expect(begun).toEqual([1, 2, 3]);
  end(2);
  await settled();
  expect(begun).toEqual([1, 2, 3, 4]);
  end(3);
  end(4);
  expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, undefined]);
  expect(await turn(() => Promise.resolve(6))).toBe(6);
});

test('what waited too long is not begun, and what came later and did not is', async () => {
  const time = { now: 0 };
  const turn = turns({ atOnce: 1, waiting: 9, patience: 1000 }, () => time.now);
  const { begun, end, work } = heldWork();
  const [first, second] = [turn(work(1)), turn(work(2))];
  time.now = 600;
  const third = turn(work(3));
  await settled();
  time.now = 1001;
  end(1);
  await settled();
  end(3);
  expect(await Promise.all([first, second, third])).toEqual([1, undefined, 3]);
  expect(begun).toEqual([1, 3]);
});

test('work that failed makes room too', async () => {
  const turn = turns({ atOnce: 1, waiting: 0, patience: 1000 });
  await expect(turn(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await turn(() => Promise.resolve('yes'))).toBe('yes');
});
