import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { html } from 'hono/html';
import * as z from 'zod';
import { type Assets, readAssets } from '../../functions/serve-console/assets.ts';
import { formatters } from '../../functions/serve-console/formatters.ts';
import { localeOf } from '../../functions/serve-console/language.ts';
import { Head } from '../../functions/serve-console/pages/head.tsx';
import { identifier } from '../../shared/contracts/fields.ts';
import type { Locale } from '../../shared/domain/order-line.ts';
import type { Received, ReceivedWebhooks } from './received-webhooks.ts';

const english = {
  title: 'Received webhooks',
  product: 'Provisioning emails',
  introduction: 'What came to the receiver on this machine, newest first.',
  how: 'Register this address as a webhook, with the ID of your partner at its end. With ?answer=503 the receiver answers so instead of 204.',
  none: 'Nothing has come yet.',
  at: 'Received',
  partner: 'Partner',
  signature: 'Signature',
  verified: 'Verified',
  notVerified: 'Not verified',
  answered: 'Answered',
  message: 'Message',
};

const texts: Readonly<Record<Locale, typeof english>> = {
  en: english,
  ja: {
    title: '受信した Webhook',
    product: 'プロビジョニング メール',
    introduction: 'このマシンの受信先に届いたメッセージを新しい順に表示しています。',
    how: 'このアドレスの末尾にパートナー ID を付けて Webhook に登録してください。?answer=503 を付けると、204 の代わりにその応答コードを返します。',
    none: 'まだ何も届いていません。',
    at: '受信日時',
    partner: 'パートナー',
    signature: '署名',
    verified: '検証済み',
    notVerified: '検証できません',
    answered: '応答',
    message: 'メッセージ',
  },
};

/** How many messages the page shows; all are kept. */
const shown = 100;

/** In bytes: far more than the product sends. */
const largestMessage = 64 * 1024;

const answer = z.coerce.number().int().min(200).max(599).catch(204);

/** A receiver of webhooks for this machine: accepts everything, verifies signatures, and shows it. */
export function receiver(messages: ReceivedWebhooks): Hono {
  const app = new Hono();
  const assets = readAssets();

  app.get('/', async (c) => {
    c.header('content-security-policy', "default-src 'none'; style-src 'self'; img-src 'self'");
    c.header('cache-control', 'no-store');
    const page = (
      <ReceiverPage locale={localeOf(c)} assets={assets} messages={await messages.latest(shown)} />
    );
    return c.html(html`<!doctype html>${page}`);
  });
  app.get('/received', async (c) => c.json({ items: await messages.latest(shown) }));
  app.post('/:partnerId', bodyLimit({ maxSize: largestMessage }), async (c) => {
    const partnerId = identifier.parse(c.req.param('partnerId'));
    const status = answer.parse(c.req.query('answer'));
    await messages.keep(partnerId, c.req.header(), await c.req.text(), status);
    return new Response(null, { status });
  });
  return app;
}

interface PageProps {
  readonly locale: Locale;
  readonly assets: Assets;
  readonly messages: readonly Received[];
}

function ReceiverPage({ locale, assets, messages }: PageProps) {
  const t = texts[locale];
  const format = formatters[locale];
  return (
    <html lang={locale}>
      <Head assets={assets} title={[t.title, t.product]} />
      <body>
        <main>
          <div class="heading">
            <h1>{t.title}</h1>
            <p class="muted">{t.introduction}</p>
            <p class="muted">{t.how}</p>
          </div>
          {messages.length === 0 ? <p class="card empty">{t.none}</p> : null}
          {messages.map(({ at, partnerId, messageId, isVerified, answered, body }) => (
            <section class="card">
              <h2>{messageId}</h2>
              <dl class="facts">
                {[
                  [t.at, format.moment(at)],
                  [t.partner, partnerId],
                  [t.signature, isVerified ? t.verified : t.notVerified],
                  [t.answered, String(answered)],
                ].map(([name, value]) => (
                  <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
              <details>
                <summary>{t.message}</summary>
                <pre>{body}</pre>
              </details>
            </section>
          ))}
        </main>
      </body>
    </html>
  );
}
