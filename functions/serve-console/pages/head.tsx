import type { Child } from 'hono/jsx';
import type { Assets } from '../assets.ts';

interface HeadProps {
  readonly assets: Assets;
  /** The title of the page, and the product's; each page has its own. */
  readonly title: readonly [page: string, product: string];
  readonly children?: Child;
}

/** The head of every page that looks like the console, including the local sign-in and inbox. */
export function Head({ assets, title, children }: HeadProps) {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title.join(' · ')}</title>
      <link rel="icon" type="image/svg+xml" href={assets.path('icon.svg')} />
      <link rel="stylesheet" href={assets.path('console.css')} />
      {children}
    </head>
  );
}
