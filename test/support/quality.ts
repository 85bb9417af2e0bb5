import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { Visit } from './browser.ts';

/* What holds for a page, whatever it shows. */

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page as it is: in light with all rules, in dark with those about colours. */
export async function barriers(page: Page, runOnly?: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  await page.evaluate(await axe);
  for (const [scheme, options] of [
    ['light', runOnly ? { runOnly } : { rules: { 'target-size': { enabled: true } } }],
    ['dark', { runOnly: ['color-contrast'] }],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    const { violations } = await page.evaluate<AxeResults>(
      `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...options })})`,
    );
    found.push(
      ...violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, any }) => `${scheme} ${id}: ${html} ${any[0]?.message ?? ''}`),
      ),
    );
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

export const wide = { width: 1280, height: 720 };

/** What is wider than its place: it makes the page scroll sideways, or lies on what stands beside it. */
export const overflow = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('html, body *')]
    .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
    .filter((one) => getComputedStyle(one).overflow === 'visible' && !one.closest('.hidden, thead'))
    .map((one) => (one === document.documentElement ? 'the page' : one.outerHTML.slice(0, 160)))`);

/** How far what was shown jumped about, as browsers measure it. */
const layoutShift = (page: Page) =>
  page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { value } of list.getEntries()) sum += value;
    });
    observer.observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
      for (const { value } of observer.takeRecords()) sum += value;
      resolve(sum);
    })));
  })`);

/** What is in motion on the page, or would be if something on it changed. */
const motions = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('*')]
    .filter((one) => {
      const { transitionDuration, animationName } = getComputedStyle(one);
      return transitionDuration !== '0s' || animationName !== 'none';
    })
    .map((one) => one.outerHTML.slice(0, 160))`);

/** Where the page has to fit: a small phone, the largest screens in the colours of the system, and paper. */
const media = [
  { width: 320 },
  { width: 3840, forcedColors: 'active' },
  { width: 720, media: 'print' },
] as const;

export async function expectToFit(page: Page, name: string): Promise<void> {
  for (const { width, ...medium } of media) {
    await page.setViewportSize({ width, height: 640 });
    await page.emulateMedia(medium);
    expect({ [name]: await overflow(page), width }).toEqual({ [name]: [], width });
    await page.emulateMedia({ media: null, forcedColors: null });
  }
  await page.setViewportSize(wide);
}

/** Looks at the page as it is, and at whether it fits everywhere. Nothing on it moves, whether people mind that or not. */
export async function expectQuality(visited: Visit, name: string): Promise<void> {
  const { page } = visited;
  expect({ [name]: await layoutShift(page) }).toEqual({ [name]: 0 });
  expect({ [name]: await barriers(page) }).toEqual({ [name]: [] });
  expect({ [name]: await motions(page) }).toEqual({ [name]: [] });
  await expectToFit(page, name);
  expect({ [name]: visited.troubles }).toEqual({ [name]: [] });
}
