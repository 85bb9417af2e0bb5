const encoder = new TextEncoder();

/** As much of `text` from its start as fits into `most` bytes of UTF-8, without cutting a character in two. */
export const withinBytes = (text: string, most: number): string =>
  text.length * mostBytes <= most ? text : text.slice(0, encoder.encodeInto(text, new Uint8Array(most)).read);

/** The most bytes of UTF-8 for each unit of a string. */
const mostBytes = 3;
