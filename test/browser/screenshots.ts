import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser, visit } from '../support/browser.ts';
import { client } from '../support/client.ts';
import { startService } from '../support/service.ts';
import { bookShowcase, showcasePages } from '../support/showcase.ts';

/* Pictures of the console's main pages and of an email for the README, small enough for a repository. */

const folder = join(import.meta.dirname, '../../.github/images');
const quality = 58;

const pictures = [
  {
    name: 'orders',
    path: showcasePages.orders,
    locale: 'en',
    colorScheme: 'light',
    width: 1280,
    height: 800,
  },
  {
    name: 'line',
    path: showcasePages['bounced line'],
    locale: 'en',
    colorScheme: 'dark',
    width: 1280,
    height: 942,
  },
  {
    name: 'emails',
    path: '/_local/inbox/previews#reminder-en',
    locale: 'en',
    colorScheme: 'light',
    width: 1280,
    height: 720,
  },
] as const;

const [service, browser] = await Promise.all([startService(), launchBrowser()]);
try {
  await bookShowcase(client(service.url));
  await mkdir(folder, { recursive: true });
  for (const { name, path, width, height, ...options } of pictures) {
    const { page, go, close } = await visit(browser, service, 'maya', {
      ...options,
      viewport: { width, height },
    });
    await go(path);
    await page.screenshot({ path: join(folder, `${name}.jpg`), type: 'jpeg', quality });
    await close();
  }
} finally {
  await browser.close();
  await service.stop();
}
