/** A missing value (null) is empty. */
export type CsvField = string | number | boolean | null;

/** CSV (RFC 4180) that begins with a byte order mark. Columns of our own tables are named in snake_case (docs/tables.md). */
export const csvOfRows = (rows: readonly (readonly CsvField[])[]): string =>
  `\ufeff${rows.map((row) => row.map(csvField).join(',')).join('\r\n')}\r\n`;

const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** The text of a field that `csvOfRows` wrote. Of a text that began with an apostrophe and one of these characters, the one without it. */
export const withoutCsvApostrophe = (text: string): string => (text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text);

/** A CSV field. A text that a spreadsheet would run as a formula gets a leading apostrophe (OWASP, CSV injection). */
function csvField(value: CsvField): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
