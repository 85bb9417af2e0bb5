import * as z from 'zod';

/**
 * Advisories about what ships that do not concern the product, by address, and why not: for example
 * `'https://github.com/advisories/GHSA-…': 'the parser it is about is never called'`.
 */
export const explained: Readonly<Record<string, string>> = {};

/** What `npm audit --json` answers, of which an advisory is told at the package that it is about. */
const audit = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      via: z.array(
        z.union([z.string(), z.object({ url: z.string(), title: z.string(), severity: z.string() })]),
      ),
    }),
  ),
});

/** What it answers if it got no report, such as from a registry that has none. */
const failure = z.object({ message: z.string() });

export type Judgement =
  | { readonly outcome: 'clean' }
  | { readonly outcome: 'unknown'; readonly why: string }
  /** Each finding in one line: an advisory that nobody explained, or an explanation that none needs any more. */
  | { readonly outcome: 'findings'; readonly findings: readonly string[] };

/**
 * What an answer of `npm audit --json` means.
 * @param reasons by the address of an advisory, why it does not concern the product
 */
export function judge(answer: unknown, reasons: Readonly<Record<string, string>>): Judgement {
  const report = audit.safeParse(answer);
  if (!report.success) {
    const { data } = failure.safeParse(answer);
    return { outcome: 'unknown', why: data?.message ?? 'npm gave no report' };
  }
  const advisories = new Map<string, string>();
  for (const [name, { via }] of Object.entries(report.data.vulnerabilities)) {
    for (const cause of via) {
      if (typeof cause === 'object')
        advisories.set(cause.url, `${name}: ${cause.title} (${cause.severity}), ${cause.url}`);
    }
  }
  const findings = [
    ...[...advisories].filter(([url]) => !(url in reasons)).map(([, text]) => text),
    ...Object.keys(reasons)
      .filter((url) => !advisories.has(url))
      .map((url) => `${url}: is explained, and is no advisory about what ships any more`),
  ];
  return findings.length > 0 ? { outcome: 'findings', findings } : { outcome: 'clean' };
}
