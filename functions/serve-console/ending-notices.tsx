import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { identifier } from '../../shared/contracts/fields.ts';
import type { NoticedAddress } from '../../shared/domain/notices.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { endDigest, isSame } from '../../shared/use-cases/manage-notifications.ts';
import type { ConsoleContext, ConsoleEnv } from './console-context.ts';
import { MessagePage } from './pages/message.tsx';
import { paths } from './paths.ts';
import { show } from './show.ts';
import type { Texts } from './texts/index.ts';

const digestPath = `${paths.notices}/digest/:partnerId/:person/:token` as const;
const path = `${paths.notices}/:address/:token` as const;

/** Ids in the form of the table; others lead nowhere. */
const digestLink = z.object({
  partnerId: identifier,
  person: z.string().regex(/^[0-9a-f]{64}$/),
  token: z.string().max(100),
});

type EndTexts = Texts['endNotices'];

/**
 * The page behind the link in a notice: whoever has the link ends the notices to that address, without signing in. It
 * asks first, because programs that scan for harmful links open all links of an email.
 */
export function endingNotices(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { notices, now } = context.services;
  const { askPage, endedPage, nothingPage } = pagesOf(context);

  app.get(path, async (c) => {
    const found = await noticed(c);
    const { endNotices: texts } = context.view(c).t;
    if (!found) return await nothingPage(c, texts);
    return found.endedAt === undefined ? await askPage(c, texts) : await endedPage(c, texts);
  });

  app.post(path, async (c) => {
    const found = await noticed(c);
    const { endNotices: texts } = context.view(c).t;
    if (!found) return await nothingPage(c, texts);
    const at = toInstant(now());
    await notices.change(found.address, '', at, (known) =>
      known.endedAt === undefined ? { ...known, endedAt: at } : undefined,
    );
    return await endedPage(c, texts);
  });

  /** Undefined for a link that is in no notice. */
  async function noticed(
    c: Context<ConsoleEnv, typeof path>,
  ): Promise<(NoticedAddress & { readonly address: string }) | undefined> {
    const { address, token } = c.req.param();
    const found = /^[0-9a-f]{64}$/.test(address) ? await notices.find(address) : undefined;
    return found && isSame(found.token, token) ? { ...found, address } : undefined;
  }
}

/**
 * The same for a digest. Mail programs can end it as well, on behalf of people (RFC 8058): they post a form that comes
 * from none of our pages. A link that leads to no digest does not tell why.
 */
export function endingDigests(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { askPage, endedPage, nothingPage } = pagesOf(context);

  app.get(digestPath, (c) => askPage(c, context.view(c).t.endDigest));

  app.post(digestPath, async (c) => {
    const link = digestLink.safeParse(c.req.param());
    const isFound = link.success && (await endDigest(link.data, context.services));
    const { endDigest: texts } = context.view(c).t;
    return isFound ? await endedPage(c, texts) : await nothingPage(c, texts);
  });
}

function pagesOf(context: ConsoleContext) {
  function askPage(c: Context<ConsoleEnv>, { title, text, end }: EndTexts): Promise<Response> {
    const view = context.view(c);
    return show(
      c,
      <MessagePage view={view} title={title} text={[text]}>
        <form method="post">
          <div class="buttons">
            <button type="submit" class="primary">
              {end}
            </button>
          </div>
        </form>
      </MessagePage>,
    );
  }

  function endedPage(c: Context<ConsoleEnv>, { endedTitle, ended }: EndTexts): Promise<Response> {
    const view = context.view(c);
    return show(c, <MessagePage view={view} title={endedTitle} text={[ended]} />);
  }

  const nothingPage = (c: Context<ConsoleEnv>, { nothingTitle, nothing }: EndTexts): Promise<Response> =>
    show(c, <MessagePage view={context.view(c)} title={nothingTitle} text={[nothing]} />, 404);

  return { askPage, endedPage, nothingPage };
}
