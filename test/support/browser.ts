import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import type { Service } from './service.ts';

/** Where Debian and its like put Chromium, what is lighter first; CHROMIUM names any other place. */
const places = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

export async function launchBrowser(): Promise<Browser> {
  const found = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error(`There is no Chromium. Run .ci/install-browser, or name one in CHROMIUM.`);
  }
  // Tests run as root in containers, where Chromium has no sandbox.
  return await chromium.launch({ executablePath: found, args: ['--no-sandbox'] });
}

export type Language = 'en' | 'ja';

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong in the browser: scripts that failed, things that the policy kept out. */
  readonly troubles: readonly string[];
  /** Opens a page of the console. */
  readonly go: (path: string) => Promise<void>;
  /** Presses what has this name, and waits for the page or dialog that follows. */
  readonly press: (role: 'button' | 'link', name: string) => Promise<void>;
  /** What is in front: the open dialog, or else the page. */
  readonly front: () => Promise<Locator>;
  readonly close: () => Promise<void>;
}

/** Waits until another page is there. */
export const nextPage = (page: Page) => page.waitForEvent('domcontentloaded');

/** What scripts show on the page instead of leading to another. */
const shownOnPage =
  '.scripted :is([data-dialog]:not(main .dialog *), dialog [data-back], dialog form [type=submit])';

/** Waits until a dialog, or the page below one, shows what was asked for. */
export const shownHere = (page: Page) => page.locator('html:not([aria-busy])').waitFor({ state: 'attached' });

/** A browser of its own for somebody who is signed in. */
export async function visit(
  browser: Browser,
  service: Service,
  person: string,
  options: BrowserContextOptions & { readonly locale?: Language } = {},
): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en', baseURL: service.url, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', ({ message }) => troubles.push(message));
  page.on('console', (message) => {
    // Pages that are not found or refused are answers too, and Chromium reports them as errors.
    if (message.type() === 'error' && !message.text().includes('server responded with a status of 4'))
      troubles.push(message.text());
  });
  await page.goto('/console');
  await page.locator(`button[value=${person}]`).click();
  await page.waitForURL('**/console');
  const dialog = page.locator('dialog[open]');
  const front = async () => ((await dialog.count()) > 0 ? dialog : page.locator('body'));
  return {
    context,
    page,
    troubles,
    go: async (path) => {
      await page.goto(path);
    },
    press: async (role, name) => {
      const control = (await front()).getByRole(role, { name, exact: true });
      const isShownHere = (await control.and(page.locator(shownOnPage)).count()) > 0;
      if (isShownHere) {
        await control.click();
        await shownHere(page);
      } else {
        await Promise.all([nextPage(page), control.click()]);
      }
    },
    front,
    close: () => context.close(),
  };
}
