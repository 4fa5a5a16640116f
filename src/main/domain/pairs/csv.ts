/** A record of a CSV file. */
export interface CsvRecord {
  line: number; // 1-based, where it begins
  fields: string[];
  open: boolean; // a quoted field is never closed
}

const SEPARATORS = [',', ';', '\t'] as const;

/** The separator that the first line has most often outside quotes; a comma if it has none. */
export function separatorOf(text: string): string {
  const first = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.replace(/^[\r\n]+/, ''))![0].replace(/"(?:[^"]|"")*"/g, '');
  const counts = SEPARATORS.map((separator) => first.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

/** The records of a CSV text (RFC 4180) with any line ends. Empty lines are left out. Time: O(characters). */
export function csvRecords(text: string, separator = separatorOf(text)): CsvRecord[] {
  const records: CsvRecord[] = [];
  const plainEnd = new RegExp(`[${separator}\r\n]`, 'g');
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const record: CsvRecord = { line, fields: [], open: false };
    for (let more = true; more;) {
      let field: string;
      if (text[at] === '"') {
        const end = closingQuote(text, at + 1);
        record.open ||= end < 0;
        const to = end < 0 ? text.length : end;
        field = text.slice(at + 1, to).replaceAll('""', '"');
        line += countLineEnds(field);
        at = Math.min(text.length, to + 1);
        const rest = nextEnd(text, at, plainEnd); // text after the closing quote belongs to the field
        field += text.slice(at, rest);
        at = rest;
      } else {
        const end = nextEnd(text, at, plainEnd);
        field = text.slice(at, end);
        at = end;
      }
      record.fields.push(field);
      more = text[at] === separator;
      if (more) at++;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    if (at < text.length) line++;
    at++;
    if (record.fields.length > 1 || record.fields[0] !== '') records.push(record);
  }
  return records;
}

function nextEnd(text: string, from: number, end: RegExp): number {
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}

/** The position of the quote that ends a field; -1 without one. Two quotes are one of the text. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return -1;
}

const countLineEnds = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;
