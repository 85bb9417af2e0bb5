import { asCounted } from '../../shared/domain/order-line.ts';
import type { ContactChanges } from '../../shared/use-cases/change-contact.ts';
import type { Result } from './console-context.ts';
import { type LineNames, skipReasons } from './pages/contact.tsx';

/** The result of the change, for the page that shows it. */
export function contactResult({ lines, skipped }: ContactChanges): Result & { kind: 'contact-changed' } {
  const groups = Map.groupBy(lines, ({ outcome }) => outcome);
  const named = (outcome: ContactChanges['lines'][number]['outcome']) =>
    nameSome(groups.get(outcome)?.map(({ line }) => line.lineId) ?? []);
  const reasons = Map.groupBy(
    skipped,
    ({ why }) => skipReasons.find((known) => known === why.code) ?? 'other',
  );
  return {
    kind: 'contact-changed',
    email: lines[0]?.email ?? '',
    sent: named('sent'),
    saved: named('saved-for-first'),
    quiet: named('saved'),
    kept: named('unchanged'),
    skipped: [...reasons].map(([reason, left]) => ({
      reason,
      lines: nameSome(left.map(({ lineId }) => lineId)),
    })),
  };
}

/** As many ids as fit into a cookie together with those of all other groups. */
function nameSome(ids: readonly string[]): LineNames {
  const named: string[] = [];
  for (const id of ids.toSorted(asCounted).slice(0, 20)) {
    if (named.join().length + id.length > 120) break;
    named.push(id);
  }
  return { ids: named, count: ids.length };
}
