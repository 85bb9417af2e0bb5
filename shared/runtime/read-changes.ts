import * as z from 'zod';
import type { DeadLetters } from '../adapters/dead-letters.ts';
import type { TableChange } from '../adapters/line-changes.ts';
import { faultForLog, type Log } from '../contracts/log.ts';
import { inputErrorText } from '../contracts/validation.ts';

interface ReadingServices {
  readonly deadLetters: DeadLetters;
  readonly log: Log;
}

/** The answer to Lambda: it calls again with this change and all later ones of its shard. */
export const retriedFrom = (change: TableChange | undefined) => ({
  batchItemFailures: change ? [{ itemIdentifier: change.sequenceNumber }] : [],
});

/**
 * The result of `read` for a change. A change that this version cannot read becomes a dead letter that names its line,
 * and counts as `nothing`, so that it holds up no others. Undefined: it can neither be read nor kept as a dead letter.
 */
export async function readOrKeep<Read>(
  change: TableChange,
  read: (change: TableChange) => Read,
  nothing: Read,
  { deadLetters, log }: ReadingServices,
): Promise<Read | undefined> {
  try {
    return read(change);
  } catch (error) {
    const about = { ...change.key, sequenceNumber: change.sequenceNumber };
    log.error('a change of a line cannot be read', { ...about, fault: faultForLog(error) });
    const reason = error instanceof z.ZodError ? inputErrorText(error) : 'the change cannot be read';
    try {
      await deadLetters.keep(JSON.stringify({ detail: about }), reason);
      return nothing;
    } catch (cause) {
      log.error('a dead letter cannot be kept', { ...about, fault: faultForLog(cause) });
      return undefined;
    }
  }
}
