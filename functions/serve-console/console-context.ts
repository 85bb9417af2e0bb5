import type { Context } from 'hono';
import * as z from 'zod';
import { type Locale, locales } from '../../shared/domain/order-line.ts';
import { refusalCodes } from '../../shared/domain/rules.ts';
import { toInstant } from '../../shared/domain/time.ts';
import type { ServingServices } from '../../shared/runtime/serving.ts';
import { callerOf } from '../../shared/use-cases/access.ts';
import type { Assets } from './assets.ts';
import { localeOf } from './language.ts';
import { skipReasons } from './pages/contact.tsx';
import { listNamed, ownPath } from './paths.ts';
import { type Session, sessions, formTokens } from './sessions.ts';
import { signIn, type SignInSettings } from './sign-in.ts';
import { signedCookie, type Signing } from './signed-cookie.ts';
import { texts } from './texts/index.ts';
import type { Person, PersonalView, View } from './view.ts';
import { formatters } from './formatters.ts';

export interface ConsoleServices extends ServingServices {
  readonly signIn: SignInSettings;
  /** The key that signs sessions, and the machine's time, by which they end. */
  readonly signing: Signing;
  readonly assets: Assets;
}

/** How long the result of a form, or what was typed into one, waits in the browser for its page: 10 minutes. */
const keptFor = 10 * 60 * 1000;

const lineNames = z.object({ ids: z.array(z.string()).readonly(), count: z.number() });

/** The result of a form, for the page that the browser opens next. */
const result = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('resent'), to: z.string(), sentAt: z.string() }),
    z.object({
      kind: z.literal('not-sent'),
      reference: z.string(),
      /** The language requested. */
      locale: z.enum(locales).optional(),
    }),
    z.object({
      kind: z.literal('unconfirmed'),
      /** The form's key, by which its email is found. */
      idempotencyKey: z.string(),
      reference: z.string(),
      /** The change was meant for all lines, but stopped at this one. */
      leavesOthers: z.boolean(),
    }),
    z.object({
      kind: z.literal('refused'),
      code: z.enum(refusalCodes),
      canResendAt: z.string().optional(),
    }),
    z.object({
      kind: z.literal('contact-changed'),
      email: z.string(),
      sent: lineNames,
      saved: lineNames,
      quiet: lineNames,
      kept: lineNames,
      skipped: z.array(z.object({ reason: z.enum(skipReasons), lines: lineNames })),
    }),
  ]),
);
export type Result = z.output<typeof result>;
export type UnconfirmedResult = Result & { kind: 'unconfirmed' };

const keptResult = z.object({
  id: z.string(),
  /** The path of the page with the form. */
  path: z.string(),
  result,
});

const draft = z.object({
  path: z.string(),
  /** The pseudonym of the person who typed. */
  whose: z.string(),
  typed: z.object({ email: z.string(), name: z.string(), locale: z.string(), all: z.boolean() }),
});

/** What the parts of the console share: who is signed in, and what is kept from one page to the next. */
export function createConsoleContext(services: ConsoleServices) {
  const { signing, newId } = services;
  const keptUntil = () => new Date(signing.now().getTime() + keptFor);
  const resultCookie = signedCookie('console-result', keptResult, signing);
  const draftCookie = signedCookie('console-draft', draft, signing);
  const tokens = formTokens(signing.key, newId);

  return {
    services,
    sessions: sessions(signing, newId),
    formTokens: tokens,
    signIn: signIn(services.signIn, services.claimNames, signing),

    /** Keeps the result of a form for a page with the same path, without any of it in the address. */
    async keepResult(c: Context, of: Result): Promise<string> {
      const id = newId();
      await resultCookie.write(c, { id, path: c.req.path, result: of }, keptUntil());
      return id;
    },
    async findResult(c: Context): Promise<Result | undefined> {
      const found = (await resultCookie.read(c))?.value;
      return found && found.path === c.req.path && found.id === c.req.query('done')
        ? found.result
        : undefined;
    },

    /** Keeps what was typed into a form whose session had ended. */
    keepDraft: (c: Context, whose: string, typed: z.output<typeof draft>['typed']) =>
      draftCookie.write(c, { path: c.req.path, whose, typed }, keptUntil()),
    /** Hidden from anyone else who signs in in the same browser. */
    async findDraft(c: Context<ConsoleEnv>) {
      const found = (await draftCookie.read(c))?.value;
      const isTheirs = found?.path === c.req.path && found.whose === c.get('person').pseudonym;
      return isTheirs ? found.typed : undefined;
    },
    forgetDraft: (c: Context) => draftCookie.clear(c),
    forgetResult: (c: Context) => resultCookie.clear(c),
    forgetAll(c: Context): void {
      resultCookie.clear(c);
      draftCookie.clear(c);
    },

    /** The view for this request. */
    view(c: Context, locale: Locale = localeOf(c)): View {
      const url = new URL(c.req.url);
      url.searchParams.delete('lang');
      return {
        locale,
        t: texts[locale],
        format: formatters[locale],
        now: toInstant(services.now()),
        assets: services.assets,
        here: ownPath(url.pathname + url.search),
        list: listNamed(c.req.query('list')),
      };
    },

    /** @throws Problem unauthenticated, when the issuer says too little about the person */
    async person(session: Session): Promise<Person> {
      const caller = callerOf(session.claims, services.claimNames);
      const { name } = z.object({ name: z.string().optional() }).parse(session.claims);
      const [token, pseudonym] = await Promise.all([tokens.issue(session), tokens.pseudonym(session)]);
      return { caller, name: name ?? caller.name, token, pseudonym };
    },
  };
}
export type ConsoleContext = ReturnType<typeof createConsoleContext>;

/** The variables of a request: `session` and `person` on pages behind the sign-in, `visitor` everywhere. */
export interface ConsoleEnv {
  Variables: { session: Session; person: Person; visitor: Person | undefined };
}

export const personalView = (
  context: ConsoleContext,
  c: Context<ConsoleEnv>,
  locale?: Locale,
): PersonalView => ({
  ...context.view(c, locale),
  person: c.get('person'),
});
