import { html, raw } from 'hono/html';
import type { Locale } from '../domain/order-line.ts';
import { look, styleSheet } from './look.ts';

/** An email to somebody who works with the product, for both HTML and plain text. */
interface Letter {
  readonly locale: Locale;
  readonly subject: string;
  readonly brand: string;
  readonly paragraphs: readonly string[];
  /** Lists, each with a heading. */
  readonly sections?: readonly Section[];
  /** Names and values, in rows. */
  readonly facts?: readonly (readonly [string, string])[];
  /** What to do next, and where. */
  readonly action?: { readonly name: string; readonly href: string };
  readonly closing: string;
  /** Why they get it, and who writes. */
  readonly footer: readonly string[];
  /** How to stop these emails. */
  readonly end?: { readonly name: string; readonly href: string };
}

interface Section {
  readonly heading: string;
  readonly introduction: string;
  readonly entries: readonly {
    readonly name: string;
    readonly href: string;
    readonly details: readonly string[];
  }[];
  /** Where to find the rest of them. */
  readonly rest?: { readonly name: string; readonly href: string };
}

/** The letter in both forms. */
export async function letterOf(letter: Letter): Promise<{ readonly html: string; readonly text: string }> {
  const {
    locale,
    subject,
    brand,
    paragraphs,
    sections = [],
    facts = [],
    action,
    closing,
    footer,
    end,
  } = letter;
  const markup = await framed({
    locale,
    subject,
    heading: subject,
    brand,
    body: html`${paragraphs.map((text) => html`<p style="${look.paragraph}">${breaking(text)}</p>`)}
      ${sections.map(sectionMarkup)} ${facts.length === 0 ? '' : factsTable(facts)}
      ${action ? button(action) : ''}
      <p style="${look.paragraph}">${closing}<br />${brand}</p>`,
    footer: html`${lines(footer)}
    ${end ? html`<br /><a class="link" style="${look.link}" href="${end.href}">${end.name}</a>` : ''}`,
  });
  const parts = [
    ...paragraphs,
    ...sections.flatMap(sectionText),
    ...(facts.length === 0 ? [] : [facts.map(([label, value]) => `${label}: ${value}`).join('\n')]),
    ...(action ? [`${action.name}:\n${action.href}`] : []),
    `${closing}\n${brand}`,
    `-- \n${[...footer, ...(end ? [`${end.name}: ${end.href}`] : [])].join('\n')}`,
  ];
  return { html: markup.toString(), text: `${parts.join('\n\n')}\n` };
}

const sectionMarkup = ({ heading, introduction, entries, rest }: Section): Markup =>
  html`<h2 style="${look.subheading}">${heading}</h2>
    <p class="small" style="${look.small}">${introduction}</p>
    <table class="facts" width="100%" cellpadding="0" cellspacing="0" style="${look.facts}">
      ${entries.map(
        ({ name, href, details }) =>
          html`<tr>
            <td style="${look.value}">
              <a class="link" style="${look.link}" href="${href}">${name}</a>
              ${details.map((detail) => html`<br />${breaking(detail)}`)}
            </td>
          </tr>`,
      )}
    </table>
    ${
      rest
        ? html`<p style="${look.paragraph}">
            <a class="link" style="${look.link}" href="${rest.href}">${rest.name}</a>
          </p>`
        : ''
    }`;

/** In plain text, one paragraph for each entry. */
const sectionText = ({ heading, introduction, entries, rest }: Section): readonly string[] => [
  `■ ${heading}\n${introduction}`,
  ...entries.map(({ name, href, details }) => [`- ${name}`, ...details, href].join('\n  ')),
  ...(rest ? [`${rest.name}:\n${rest.href}`] : []),
];

export type Markup = ReturnType<typeof html>;

interface Frame {
  readonly locale: Locale;
  readonly subject: string;
  /** The title above everything else. */
  readonly heading: string;
  readonly brand: string;
  readonly body: Markup;
  readonly footer: Markup;
}

/** The frame that all emails share around their content. */
export const framed = ({ locale, subject, heading, brand, body, footer }: Frame): Markup =>
  html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${subject}</title>
        <style>
          ${raw(styleSheet)}
        </style>
      </head>
      <body class="page" style="${look.page}">
        <table role="presentation" lang="${locale}" width="100%" cellpadding="0" cellspacing="0">
          <tr>
            <td align="center" style="${look.margin}">
              <table
                role="presentation"
                class="letter"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                style="${look.letter}"
              >
                <tr>
                  <td class="content" style="${look.content}">
                    <p class="brand" style="${look.brand}">${brand}</p>
                    <h1 style="${look.heading}">${breaking(heading)}</h1>
                    ${body}
                  </td>
                </tr>
              </table>
              <p class="footer" style="${look.footer}">${footer}</p>
            </td>
          </tr>
        </table>
      </body>
    </html> `;

/** Names and values, in rows. */
export const factsTable = (facts: readonly (readonly [string, string])[]): Markup =>
  html`<table class="facts" width="100%" cellpadding="0" cellspacing="0" style="${look.facts}">
    ${facts.map(
      ([label, value]) =>
        html`<tr>
          <th scope="row" align="left" style="${look.label}">${label}</th>
          <td style="${look.value}">${breaking(value)}</td>
        </tr>`,
    )}
  </table>`;

/** Sentences, each on a line of its own. */
export const lines = (sentences: readonly string[]): Markup =>
  html`${sentences.map((sentence, index) => html`${index === 0 ? '' : html`<br />`}${breaking(sentence)}`)}`;

/** A prominent link for what to do next. */
export const button = ({ name, href }: { readonly name: string; readonly href: string }): Markup =>
  html`<table role="presentation" cellpadding="0" cellspacing="0" style="${look.buttonPlace}">
    <tr>
      <td class="button" style="${look.button}">
        <a style="${look.buttonLink}" href="${href}">${name}</a>
      </td>
    </tr>
  </table>`;

/** An address in a text that is longer than a narrow line, in characters. */
const longAddress = /((?=[!-~]{36})[!-'*-~]*(?:@|:\/\/)[!-'*-~]*)/;

/** Where an address may be broken: before a part of it. */
const partOfAddress = /(?=[@?&=]|\.\w)|(?<![:/])(?=\/)/;

/** A text whose addresses break between their parts where the line is narrow, rather than within a word. */
export const breaking = (text: string): Markup =>
  html`${text
    .split(longAddress)
    .map((part, index) => (index % 2 === 0 ? part : html`${part.split(partOfAddress).map(withBreak)}`))}`;

const withBreak = (part: string, index: number) => (index === 0 ? html`${part}` : html`<wbr />${part}`);
