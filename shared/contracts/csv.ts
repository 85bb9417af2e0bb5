/**
 * A table as CSV by RFC 4180, with a header. Spreadsheets read a value that begins with one of `=+-@` as a formula; an
 * apostrophe in front makes it text.
 */
export function csv<Column extends string>(
  columns: readonly Column[],
  rows: readonly { readonly [Name in Column]?: string }[],
): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => field(row[column] ?? '')))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function field(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
