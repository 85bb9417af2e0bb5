const encoder = new TextEncoder();

/** As much of `text` from its start as has at most `most` bytes of UTF-8, no character cut in two. */
export const withinBytes = (text: string, most: number): string =>
  text.length * mostBytes <= most ? text : text.slice(0, encoder.encodeInto(text, new Uint8Array(most)).read);

/** UTF-8 takes so many for each unit of a string, at most. */
const mostBytes = 3;
