import { controlHubLink, Problem, supportCase } from '../contracts/problems.ts';
import type { Unmet } from './requested-email.ts';

/** The answer that says why a request was not met, and what to do instead. */
export function problemOf({ outcome: _, ...facts }: Unmet, requestId: string): Problem {
  switch (facts.code) {
    case 'point-of-no-return':
      return new Problem({ ...facts, link: controlHubLink });
    case 'email-not-sent':
      return new Problem({ code: facts.code, support: supportCase(requestId) });
    case 'email-unconfirmed':
      return new Problem({ ...facts, support: supportCase(requestId) });
    default:
      return new Problem(facts);
  }
}
