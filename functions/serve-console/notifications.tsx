import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { notificationsChoice } from '../../shared/contracts/notification-api.ts';
import { Problem, problems } from '../../shared/contracts/problems.ts';
import { check } from '../../shared/contracts/validation.ts';
import { isNotified, mayView } from '../../shared/use-cases/access.ts';
import { changeNotifications, readNotifications } from '../../shared/use-cases/manage-notifications.ts';
import { type ConsoleContext, type ConsoleEnv, personalView } from './console-context.ts';
import { readForm } from './form.ts';
import {
  type NotificationsNotice,
  NotificationsPage,
  NoNotificationsPage,
  type TypedNotifications,
} from './pages/notifications.tsx';
import { paths, query } from './paths.ts';
import { show } from './show.ts';

const typedText = z.string().catch('');
const ticked = typedText.transform((text) => text === 'yes');
const form = z.object({
  token: typedText,
  digest: ticked,
  bounces: ticked,
  timeZone: typedText,
  locale: typedText,
});

/** The page where people choose what they are told of by email. */
export function notifications(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, formTokens } = context;

  app.get(paths.notifications, async (c) => {
    const { caller } = c.get('person');
    if (!mayView(caller)) throw new Problem({ code: 'no-access' });
    if (!isNotified(caller)) return await show(c, <NoNotificationsPage view={personalView(context, c)} />);
    return await page(c, c.req.query('done') === 'saved' ? 'saved' : undefined);
  });

  app.post(paths.notifications, async (c) => {
    const { token, ...typed } = await readForm(c, form);
    if (!(await formTokens.isValid(c.get('session'), token))) return await page(c, 'again', typed, 403);
    const input = check(notificationsChoice, typed);
    if (!input.success) return await page(c, 'again', typed, problems['invalid-request'].status);
    try {
      await changeNotifications(c.get('person').caller, input.data, services);
    } catch (error) {
      const notice = noticeOf(error);
      if (!notice) throw error;
      return await page(c, notice, typed, 409);
    }
    return c.redirect(paths.notifications + query({ done: 'saved', list: context.view(c).list }), 303);
  });

  async function page(
    c: Context<ConsoleEnv>,
    notice?: NotificationsNotice,
    typed?: TypedNotifications,
    status: Parameters<typeof show>[2] = 200,
  ): Promise<Response> {
    const { caller } = c.get('person');
    const view = personalView(context, c);
    const chosen = await readNotifications(caller, services);
    const token = await formTokens.issue(c.get('session'));
    const { timeZones } = services.mailSettings;
    const usual = { timeZone: timeZones[view.locale], locale: view.locale };
    return await show(
      c,
      <NotificationsPage
        view={view}
        token={token}
        chosen={chosen}
        typed={{ ...usual, ...chosen, ...typed }}
        email={caller.email}
        notice={notice ?? (caller.email === undefined ? 'unverified' : undefined)}
      />,
      status,
    );
  }
}

/** The notice for an error; undefined if the page has none for it. */
function noticeOf(error: unknown): NotificationsNotice | undefined {
  if (!(error instanceof Problem)) return undefined;
  if (error.code === 'email-not-verified') return 'unverified';
  return error.code === 'invalid-request' ? 'tooMany' : undefined;
}
