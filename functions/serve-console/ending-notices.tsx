import { timingSafeEqual } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { Problem } from '../../shared/contracts/problems.ts';
import type { NoticedAddress } from '../../shared/domain/notices.ts';
import { toInstant } from '../../shared/domain/time.ts';
import type { ConsoleContext, ConsoleEnv } from './console-context.ts';
import { MessagePage } from './pages/message.tsx';
import { paths } from './paths.ts';
import { show } from './show.ts';

const path = `${paths.notices}/:address/:token` as const;

/**
 * The page at the end of the link in a notice: whoever has the link ends the notices to that address, without signing in.
 * It asks first, since programs that look for harmful links open all of an email.
 */
export function endingNotices(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { notices, now } = context.services;

  app.get(path, async (c) => {
    const { endedAt } = await noticed(c);
    return endedAt === undefined ? await askPage(c) : await endedPage(c);
  });

  app.post(path, async (c) => {
    const { address } = await noticed(c);
    const at = toInstant(now());
    await notices.change(address, '', at, (known) =>
      known.endedAt === undefined ? { ...known, endedAt: at } : undefined,
    );
    return await endedPage(c);
  });

  /** @throws Problem not-found, for a link that no notice has */
  async function noticed(
    c: Context<ConsoleEnv, typeof path>,
  ): Promise<NoticedAddress & { readonly address: string }> {
    const { address, token } = c.req.param();
    const found = /^[0-9a-f]{64}$/.test(address) ? await notices.find(address) : undefined;
    if (!found || !isSame(found.token, token)) throw new Problem({ code: 'not-found' });
    return { ...found, address };
  }

  function askPage(c: Context<ConsoleEnv>): Promise<Response> {
    const view = context.view(c);
    const { title, text, end } = view.t.endNotices;
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

  function endedPage(c: Context<ConsoleEnv>): Promise<Response> {
    const view = context.view(c);
    const { endedTitle, ended } = view.t.endNotices;
    return show(c, <MessagePage view={view} title={endedTitle} text={[ended]} />);
  }
}

function isSame(kept: string, given: string): boolean {
  const [expected, found] = [Buffer.from(kept), Buffer.from(given)];
  return expected.length === found.length && timingSafeEqual(expected, found);
}
