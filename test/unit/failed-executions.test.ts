import { failedExecutions } from '../../infra/failed-executions.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { daysAfter, itemOf, line, minutesBefore, now } from '../support/lines.ts';
import { storeOn } from '../support/memory-store.ts';
import { MemoryTable } from '../support/memory-table.ts';

/* What `npm run redrive` finds of failed executions. */

const failure = { reason: 'EmailNotSent', at: new Date(now) };

/** The lines that are found, and those whose executions were looked at; `lineId`s that begin with "ok" have not failed. */
async function search(lines: readonly OrderLine[], most = Infinity) {
  const table = new MemoryTable();
  for (const one of lines) table.put(itemOf({ ...one, version: 1 }));
  const looked: string[] = [];
  const found: string[] = [];
  const failed = failedExecutions({
    store: storeOn(table),
    now,
    isOver: () => looked.length >= most,
    failureOf: ({ lineId }) => {
      looked.push(lineId);
      return Promise.resolve(lineId.startsWith('ok') ? undefined : failure);
    },
  });
  for await (const { line: one } of failed) found.push(one.lineId);
  return { looked, found };
}

const unsent = (lineId: string, minutes: number) =>
  line({ lineId, requestedStartDate: minutesBefore(minutes) });

test('looks at executions of due lines alone, and finds failed ones, most overdue first', async () => {
  const { looked, found } = await search([
    unsent('late', 10),
    unsent('later', 60),
    unsent('ok', 30),
    line({ lineId: 'overdue', status: 'AwaitingProvisioningDetails', closesAt: daysAfter(-2) }),
    line({ lineId: 'far ahead' }),
    line({ lineId: 'settled', status: 'Onboarded', requestedStartDate: minutesBefore(90) }),
    line({ lineId: 'without', requestedStartDate: minutesBefore(90), awaitsExecution: true }),
  ]);
  expect(found).toEqual(['overdue', 'later', 'late']);
  expect(looked).toEqual(['overdue', 'later', 'ok', 'late']);
});

test('looks at no more executions once its time is over', async () => {
  const { looked } = await search([unsent('1', 40), unsent('2', 30), unsent('3', 20)], 2);
  expect(looked).toEqual(['1', '2']);
});
