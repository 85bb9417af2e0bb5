import { Hono } from 'hono';
import { Duration } from 'luxon';
import * as z from 'zod';
import { emailAddress } from '../../shared/contracts/fields.ts';
import { isPositiveDuration } from '../../shared/domain/time.ts';
import { inputErrors } from '../../shared/contracts/validation.ts';
import { erasePerson, fromStart, type Mention } from '../erasing.ts';
import { busEvent } from './event-bus.ts';
import { fault } from './faults.ts';
import { inbox } from './inbox.tsx';
import { mailRate } from './mail-rate.ts';
import { receiver } from './receiver.tsx';
import type { Runtime } from './runtime.ts';
import { tokenRequest } from './sign-in.ts';
import { tableName } from './table.ts';

const advance = z.strictObject({
  advance: z
    .string()
    .refine(isPositiveDuration, {
      error: 'must be an ISO 8601 duration above zero, for example P7D',
      abort: true,
    })
    .refine((text) => Duration.fromISO(text).as('years') <= 20, 'must be at most 20 years'),
});

const erasure = z.strictObject({ email: emailAddress, execute: z.boolean().default(false) });
const aboutLine = z.object({ orderId: z.string().exactOptional(), lineId: z.string().exactOptional() });

/** The controls that exist on one machine only, below `/_local`. */
export function controls(runtime: Runtime): Hono {
  const { bus, clock, office, mailbox, faults, executions, activity, signIn } = runtime;
  const app = new Hono();
  const time = () => ({ now: clock.now().toISOString() });

  app.post('/events', async (c) => {
    const events = z.array(busEvent).parse(await c.req.json());
    await bus.put(events);
    return c.json({ accepted: events.length }, 202);
  });
  app.post('/token', async (c) =>
    c.json({ access_token: await signIn.issueToken(tokenRequest.parse(await c.req.json())) }),
  );
  app.get('/clock', (c) => c.json(time()));
  app.post('/clock', async (c) => {
    await runtime.advance(Duration.fromISO(advance.parse(await c.req.json()).advance));
    return c.json(time());
  });
  app.get('/idle', async (c) => {
    await activity.idle();
    return c.json({ idle: true });
  });
  app.route('/inbox', inbox(mailbox));
  app.route('/webhooks', receiver(runtime.received));
  app.get('/emails', async (c) => c.json({ items: await mailbox.list(c.req.query('to')) }));
  app.get('/published-events', async (c) =>
    c.json({ items: await runtime.published.list(aboutLine.parse(c.req.query())) }),
  );
  app.get('/dead-letters', async (c) => c.json({ items: await office.list() }));
  app.get('/executions', async (c) => {
    const { orderId, lineId } = c.req.query();
    const wanted = z.object({ orderId: z.string(), lineId: z.string() });
    const all = await executions.list('');
    const items = all.filter(({ input }) => {
      const key = wanted.parse(input);
      return (
        (orderId === undefined || key.orderId === orderId) && (lineId === undefined || key.lineId === lineId)
      );
    });
    return c.json({
      items: items.map(({ stateInput, ...item }) => item),
    });
  });
  app.post('/mail-rate', async (c) => {
    const { perSecond } = mailRate.parse(await c.req.json());
    await runtime.mailRate.set(perSecond);
    return c.json({ perSecond });
  });
  app.post('/erase', async (c) => {
    const items: Mention[] = [];
    await erasePerson(erasure.parse(await c.req.json()), fromStart(), {
      dynamoDb: runtime.clients.dynamoDb,
      tableName,
      store: runtime.store,
      now: clock.now,
      pages: { take: () => Promise.resolve() },
      onMention: (mention) => items.push(mention),
      onProgress: () => undefined,
    });
    return c.json({ items });
  });
  app.post('/faults', async (c) => {
    faults.add(fault.parse(await c.req.json()));
    return c.json({ added: true }, 201);
  });
  app.delete('/faults', (c) => {
    faults.clear();
    return c.body(null, 204);
  });

  app.notFound((c) => c.json({ code: 'not-found', detail: 'There is no such local control.' }, 404));
  app.onError((error, c) => {
    if (error instanceof z.ZodError)
      return c.json({ code: 'invalid-request', errors: inputErrors(error) }, 400);
    if (error instanceof SyntaxError) {
      return c.json({ code: 'invalid-request', errors: [{ path: '', message: 'must be JSON' }] }, 400);
    }
    console.error(error);
    return c.json({ code: 'internal' }, 500);
  });
  return app;
}
