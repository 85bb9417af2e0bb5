import type { Context } from 'hono';
import { linePath } from '../../shared/contracts/api.ts';
import { checked, Problem } from '../../shared/contracts/problems.ts';
import { mayResend } from '../../shared/use-cases/access.ts';
import { readLine } from '../../shared/use-cases/read-order-lines.ts';
import { type ConsoleContext, type ConsoleEnv, personalView } from './console-context.ts';
import type { DialogProps } from './pages/dialog.tsx';
import { listNamed, originNamed } from './paths.ts';

/** The subject of a dialog, for people who may act on it. */
export async function openDialog(c: Context<ConsoleEnv>, context: ConsoleContext): Promise<DialogProps> {
  const { caller } = c.get('person');
  const line = await readLine(caller, checked(linePath, c.req.param()), context.services);
  if (!mayResend(caller)) throw new Problem({ code: 'no-access', placedBy: line.placedBy });
  return { view: personalView(context, c), line, from: originOf(c) };
}

/** Where the dialog was opened. */
export const originOf = (c: Context) => originNamed(c.req.query('from'));

/** How the list above the dialog was left. */
export const listOf = (c: Context) => listNamed(c.req.query('list'));

/** Whether the page should show the result of a form that the browser no longer has. */
export const isResultGone = (c: Context): boolean => c.req.query('done') !== undefined;
