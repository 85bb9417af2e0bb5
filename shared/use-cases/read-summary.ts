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
 * How many lines there are of each kind: for the caller's partner, for the partner that an operator names, or for all.
 * What was written in the last seconds may be missing, and during a recount, what was written since it began.
 * @throws Problem no-access, invalid-request
 */
export async function readSummary(
  caller: Caller,
  partnerId: string | undefined,
  services: SummaryServices,
): Promise<SummaryAnswer> {
  return await summaryOfPartner(summarizedPartner(caller, partnerId) ?? allPartners, services);
}

/** The same for a partner, or for all, without asking who wants to know. */
export async function summaryOfPartner(scope: string, services: SummaryServices): Promise<SummaryAnswer> {
  const summarize = await summarizer(services);
  return await summarize(scope);
}

/** Summarizes scopes, all for the same instant. */
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

/** How many partners a page shows. */
const partnersAtOnce = 25;

/**
 * How many partners are sorted together. Their order changes with every hour, not only with writes, so no key can hold
 * it: their counts are read, with a call or two each. A page cannot wait for more.
 */
export const partnersRanked = 200;

/** How many of these reads run at once. */
const readsAtOnce = 40;

export interface PartnersRequest {
  /** The beginning of the ids, in any case. */
  readonly beginning: string;
  /** Only partners whose ids sort after this one. */
  readonly after?: string | undefined;
  /** How many of the partners that are sorted together were shown before. */
  readonly skip: number;
}

interface CountedPartner {
  readonly partnerId: string;
  readonly summary: SummaryAnswer;
}

/** Some of the partners, with how many lines of each kind they have. */
export interface PartnersAnswer {
  readonly items: readonly CountedPartner[];
  /** The first and last id of the partners sorted together, if there are others. */
  readonly part?: { readonly first: string; readonly last: string };
  /** What to ask for next. */
  readonly next?: Pick<PartnersRequest, 'after' | 'skip'>;
}

/**
 * The partners whose ids begin like this, those with the most trouble first, for operators. If there are too many to
 * sort, they come in parts, by id.
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

/** Most returned emails first, then most lines closing soon; ties stay in order. */
const byTrouble = ({ summary: a }: CountedPartner, { summary: b }: CountedPartner): number =>
  b.undeliverable - a.undeliverable ||
  b.closingWithin24h - a.closingWithin24h ||
  b.closingWithin72h - a.closingWithin72h;
