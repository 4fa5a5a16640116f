import { parse } from 'csv-parse/sync';

/** A record of a CSV file. */
export interface CsvRecord {
  line: number; // 1-based, where it begins
  fields: string[]; // of a record with an open quote: its text
  open: boolean; // a quoted field is never closed, so that the rest of the file belongs to the record
}

const SEPARATORS = [',', ';', '\t'] as const;

/** The separator that the first line has most often outside quotes; a comma if it has none. */
export function separatorOf(text: string): string {
  const counts = [0, 0, 0];
  let isQuoted = false;
  let hasBegun = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === '\n' || character === '\r')) {
      if (hasBegun) break;
      continue;
    } else if (!isQuoted) {
      const separator = (SEPARATORS as readonly string[]).indexOf(character);
      if (separator !== -1) counts[separator]!++;
    }
    hasBegun = true;
  }
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

/** The records of a CSV text (RFC 4180) with any line ends, with or without a byte order mark. Empty lines are left out. Time: O(characters). */
export function csvRecords(text: string, separator = separatorOf(text)): CsvRecord[] {
  const bytes = Buffer.from(text);
  let line = 1; // of what follows the records so far
  let at = 0;
  /** Passes the text up to a byte. Returns the line at which it begins, without empty lines before. The library counts a line end in quotes twice if it is \r\n. */
  const pass = (end: number): { line: number; passed: string } => {
    const all = bytes.toString('utf8', at, end);
    const passed = all.replace(/^\ufeff?[\r\n]*/, '');
    const begin = line + lineEnds(all.slice(0, all.length - passed.length));
    at = end;
    line = begin + lineEnds(passed);
    return { line: begin, passed };
  };
  const records: CsvRecord[] = [];
  let hasOpenQuote = false;
  parse(bytes, {
    bom: true,
    delimiter: separator,
    on_record: (fields, info) => {
      records.push({ line: pass(info.bytes).line, fields, open: false });
      return null;
    },
    on_skip: () => {
      hasOpenQuote = true; // the only fault left with these options
      return undefined;
    },
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  });
  if (!hasOpenQuote) return records;
  const open = pass(bytes.length);
  return [...records, { line: open.line, fields: [open.passed], open: true }];
}

const lineEnds = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;
