import { isResting, type TallyStore } from '../adapters/tally-store.ts';
import type { SummaryAnswer } from '../contracts/api.ts';
import { allPartners, firstSummarized, linesTally, summarizedAt, summaryOf } from '../domain/tallies.ts';
import { toInstant } from '../domain/time.ts';
import { type Caller, summarizedPartner } from './access.ts';

export interface SummaryServices {
  readonly tallies: TallyStore;
  readonly now: () => Date;
}

/**
 * How many lines there are of each kind: of the caller's partner, of the partner that an operator names, or of all. What
 * was written in the last seconds may not be counted yet, and during a recount what was written since it began.
 * @throws Problem no-access, invalid-request
 */
export async function readSummary(
  caller: Caller,
  partnerId: string | undefined,
  { tallies, now }: SummaryServices,
): Promise<SummaryAnswer> {
  const scope = summarizedPartner(caller, partnerId) ?? allPartners;
  const generation = await tallies.generation();
  const at = toInstant(now());
  const { recount } = generation;
  const asOf = summarizedAt(recount && isResting(generation, at) ? recount.since : at);
  const found = await tallies.between(generation.id, scope, firstSummarized(asOf), linesTally);
  return summaryOf(found, asOf);
}
