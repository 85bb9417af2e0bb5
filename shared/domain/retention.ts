import { isOpen, type OrderLine, type StoredLine } from './order-line.ts';
import { type Instant, later } from './time.ts';

/**
 * Since when nothing is left to do for a line, which is when its time in the table begins to run out: the last thing
 * that happened to it. A Closed line counts as settled although it can still be onboarded; anything that happens to it
 * restarts its time. Undefined: it is open, and kept for as long as it is.
 */
export function settledSince(line: StoredLine): Instant | undefined {
  if (line.status === 'Unbooked') return line.heldSince;
  return isOpen(line) ? undefined : lastEventAt(line);
}

/** The same for a line in its window, as it will be once the window has closed it. */
export const settledOnceClosed = (line: StoredLine): Instant | undefined =>
  line.status === 'AwaitingProvisioningDetails' ? later(lastEventAt(line), line.closesAt) : undefined;

/** A line closes at the end of its window, no matter when that is written. */
const lastEventAt = ({ history, closesAt }: OrderLine): Instant =>
  history.map((entry) => (entry.type === 'Closed' ? (closesAt ?? entry.at) : entry.at)).reduce(later);
