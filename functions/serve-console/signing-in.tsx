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

/** The ways in and out. */
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
      // Somebody who is signed in came back to an old address, or signed in twice at once: nothing is wrong.
      const isSignedIn = error instanceof SignInFailed && (await sessions.current(c)) !== undefined;
      if (isSignedIn) return c.redirect(root, 303);
      throw error;
    }
  });

  /** What somebody chose to be told of holds for longer once they were here. That it is noted keeps nobody from coming in. */
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
    // A page that goes on by itself: a redirect of this form to the issuer is what our own policy forbids.
    const view = context.view(c);
    const { goingTitle, going, goOn } = view.t.signOutPage;
    const next = { href: issuer.href, name: goOn };
    return show(
      c,
      <MessagePage view={view} title={goingTitle} text={[going]} next={next} goOnTo={issuer.href} />,
    );
  });
}

/** An issuer that does not answer keeps nobody from leaving here. */
async function issuersEnd(find: () => Promise<URL | undefined>): Promise<URL | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof SignInFailed) return undefined;
    throw error;
  }
}
