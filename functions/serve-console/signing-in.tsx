import type { Hono } from 'hono';
import * as z from 'zod';
import { faultForLog } from '../../shared/contracts/log.ts';
import { type Caller, callerOf, isNotified } from '../../shared/use-cases/access.ts';
import { noteSeen } from '../../shared/use-cases/manage-notifications.ts';
import type { ConsoleEnv, ConsoleContext } from './console-context.ts';
import { readForm } from './form.ts';
import { MessagePage, SignOutPage } from './pages/message.tsx';
import { ownPath, paths, root } from './paths.ts';
import { show } from './show.ts';
import { SignInFailed } from './sign-in.ts';

const form = z.object({ token: z.string().optional().catch(undefined) });

/** Signing in and out. */
export function signingIn(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, sessions, formTokens, signIn } = context;

  app.get(`${root}/sign-in`, async (c) => {
    const returnTo = ownPath(c.req.query('return'));
    if (await sessions.current(c)) return c.redirect(returnTo, 303);
    return c.redirect((await signIn.begin(c, returnTo)).href, 303);
  });

  app.get(paths.signedIn, async (c) => {
    try {
      const { claims, returnTo } = await signIn.finish(c);
      const caller = callerOf(claims, services.claimNames);
      context.forgetResult(c);
      await sessions.start(c, claims);
      await seenHere(caller);
      return c.redirect(returnTo, 303);
    } catch (error) {
      // Somebody who is signed in returned to an old address, or signed in twice at once: nothing is wrong.
      const isSignedIn = error instanceof SignInFailed && (await sessions.current(c)) !== undefined;
      if (isSignedIn) return c.redirect(root, 303);
      throw error;
    }
  });

  /** A visit extends the person's choice of notifications. Failing to record it must not keep anyone out. */
  async function seenHere(caller: Caller): Promise<void> {
    try {
      if (isNotified(caller)) await noteSeen(caller, services);
    } catch (error) {
      services.log.warn('it was not noted that somebody was here', { fault: faultForLog(error) });
    }
  }

  app.get(paths.signOut, async (c) => {
    const view = context.view(c);
    const session = await sessions.current(c);
    if (session) return show(c, <SignOutPage view={{ ...view, person: await context.person(session) }} />);
    const { title, text, again } = view.t.signOutPage;
    return show(
      c,
      <MessagePage view={view} title={title} text={[text]} next={{ href: root, name: again }} />,
    );
  });

  app.post(paths.signOut, async (c) => {
    const session = await sessions.current(c);
    const { token } = await readForm(c, form);
    if (!session || !(await formTokens.isValid(session, token))) return c.redirect(paths.signOut, 303);

    sessions.end(c);
    context.forgetAll(c);
    const issuer = await issuersEnd(() => signIn.end(c));
    if (!issuer) return c.redirect(paths.signOut, 303);
    // A page that continues by itself: our own policy forbids redirecting this form to the issuer.
    const view = context.view(c);
    const { goingTitle, going, goOn } = view.t.signOutPage;
    const next = { href: issuer.href, name: goOn };
    return show(
      c,
      <MessagePage view={view} title={goingTitle} text={[going]} next={next} goOnTo={issuer.href} />,
    );
  });
}

/** An issuer that does not answer must not keep anyone from signing out here. */
async function issuersEnd(find: () => Promise<URL | undefined>): Promise<URL | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof SignInFailed) return undefined;
    throw error;
  }
}
