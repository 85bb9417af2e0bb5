import { isResting, type TallyStore } from '../adapters/tally-store.ts';
import type { SummaryAnswer } from '../contracts/api.ts';
import { Problem } from '../contracts/problems.ts';
import { allPartners, firstSummarized, linesTally, summarizedAt, summaryOf } from '../domain/tallies.ts';
import { forEach } from '../domain/parallel.ts';
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

/**
 * As many partners as are put in order together. Their order changes with the hour and not only with what is written, so
 * no key has it: their counts are read, each by a call or two. No more than a page can wait for.
 */
export const partnersRanked = 200;

/** How many of these calls are made at once. */
const readsAtOnce = 40;

export interface PartnersRequest {
  /** How the ids begin, in any case. */
  readonly beginning: string;
  /** The partner whose id the ones asked for follow. */
  readonly after?: string | undefined;
  /** How many of those that are put in order together were shown before. */
  readonly skip: number;
}

interface CountedPartner {
  readonly partnerId: string;
  readonly summary: SummaryAnswer;
}

/** Some of the partners with how many lines of each kind they have. */
export interface PartnersAnswer {
  readonly items: readonly CountedPartner[];
  /** The first and the last by their ids of those that were put in order together, if there are others. */
  readonly part?: { readonly first: string; readonly last: string };
  /** What to ask for to get more. */
  readonly next?: Pick<PartnersRequest, 'after' | 'skip'>;
}

/**
 * The partners whose ids begin like this, those with the most trouble first, for operators. If they are too many for that,
 * they are put in order part by part, by their ids.
 * @throws Problem no-access
 */
export async function readPartners(
  caller: Caller,
  { beginning, after, skip }: PartnersRequest,
  services: SummaryServices,
): Promise<PartnersAnswer> {
  if (!isOperator(caller)) throw new Problem({ code: 'no-access' });
  const found = await services.tallies.partners({ beginning, after, limit: partnersRanked + 1 });
  const together = found.slice(0, partnersRanked);
  const summarize = await summarizer(services);
  const counted: CountedPartner[] = [];
  await forEach([...together.entries()], readsAtOnce, async ([place, partnerId]) => {
    counted[place] = { partnerId, summary: await summarize(partnerId) };
  });
  const [first, last] = [together.at(0), together.at(-1)];
  const isPart = after !== undefined || found.length > together.length;
  const end = skip + partnersAtOnce;
  const next =
    end < together.length ? { after, skip: end } : found.length > end ? { after: last, skip: 0 } : undefined;
  return {
    items: counted.sort(byTrouble).slice(skip, end),
    ...(isPart && first !== undefined && last !== undefined ? { part: { first, last } } : {}),
    ...(next === undefined ? {} : { next }),
  };
}

/** Whose emails came back first, then whose lines close soonest; those that are alike stay in order. */
const byTrouble = ({ summary: a }: CountedPartner, { summary: b }: CountedPartner): number =>
  b.undeliverable - a.undeliverable ||
  b.closingWithin24h - a.closingWithin24h ||
  b.closingWithin72h - a.closingWithin72h;
