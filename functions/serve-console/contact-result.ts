import { assertNever } from '../../shared/domain/assert-never.ts';
import { asCounted } from '../../shared/domain/order-line.ts';
import type { ContactChanges } from '../../shared/use-cases/change-contact.ts';
import type { Result } from './console-context.ts';
import type { LineNames, SkipReason } from './pages/contact.tsx';

/** The result of the change, for the page that shows it. */
export function contactResult({ lines, skipped }: ContactChanges): Result & { kind: 'contact-changed' } {
  const groups = Map.groupBy(lines, ({ outcome }) => outcome);
  const named = (outcome: ContactChanges['lines'][number]['outcome']) =>
    nameSome(groups.get(outcome)?.map(({ line }) => line.lineId) ?? []);
  const reasons = Map.groupBy(skipped, ({ why }) => skipReasonOf(why));
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

/** What the page says about a line that was skipped. */
function skipReasonOf({ code }: ContactChanges['skipped'][number]['why']): SkipReason {
  switch (code) {
    case 'point-of-no-return':
    case 'cancelled':
    case 'contact-undeliverable':
    case 'resend-limit-reached':
    case 'resend-too-soon':
    case 'email-not-sent':
    case 'email-unconfirmed':
      return code;
    case 'not-started':
    case 'no-access':
    case 'order-line-not-found':
      return 'other';
    default:
      return assertNever(code);
  }
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
