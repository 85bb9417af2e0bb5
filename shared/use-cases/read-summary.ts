import { isResting, type TallyStore } from '../adapters/tally-store.ts';
import type { SummaryAnswer } from '../contracts/api.ts';
import { Problem } from '../contracts/problems.ts';
import { allPartners, firstSummarized, linesTally, summarizedAt, summaryOf } from '../domain/tallies.ts';
import { toInstant } from '../domain/time.ts';
import { type Caller, isOperator, summarizedPartner } from './access.ts';

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
  services: SummaryServices,
): Promise<SummaryAnswer> {
  return await summaryOfPartner(summarizedPartner(caller, partnerId) ?? allPartners, services);
}

/** The same of a partner, or of all of them, for those who may know. */
export async function summaryOfPartner(scope: string, services: SummaryServices): Promise<SummaryAnswer> {
  const summarize = await summarizer(services);
  return await summarize(scope);
}

/** Summarizes scopes at one and the same time. */
async function summarizer({
  tallies,
  now,
}: SummaryServices): Promise<(scope: string) => Promise<SummaryAnswer>> {
  const generation = await tallies.generation();
  const at = toInstant(now());
  const { recount } = generation;
  const asOf = summarizedAt(recount && isResting(generation, at) ? recount.since : at);
  return async (scope) =>
    summaryOf(await tallies.between(generation.id, scope, firstSummarized(asOf), linesTally), asOf);
}

/** As many partners as are shown at once. */
const partnersAtOnce = 25;

/** Some of the partners with how many lines of each kind they have. */
export interface PartnersAnswer {
  readonly items: readonly { readonly partnerId: string; readonly summary: SummaryAnswer }[];
  /** The last of these, if more follow. */
  readonly next?: string;
}

/**
 * The partners whose ids begin like this, in any case, in the order of their ids; for operators.
 * @param after the partner that they follow
 * @throws Problem no-access
 */
export async function readPartners(
  caller: Caller,
  { beginning, after }: { readonly beginning: string; readonly after?: string | undefined },
  services: SummaryServices,
): Promise<PartnersAnswer> {
  if (!isOperator(caller)) throw new Problem({ code: 'no-access' });
  const found = await services.tallies.partners({ beginning, after, limit: partnersAtOnce + 1 });
  const shown = found.slice(0, partnersAtOnce);
  const summarize = await summarizer(services);
  const items = await Promise.all(
    shown.map(async (partnerId) => ({ partnerId, summary: await summarize(partnerId) })),
  );
  const next = found.length > shown.length ? shown.at(-1) : undefined;
  return { items, ...(next === undefined ? {} : { next }) };
}
