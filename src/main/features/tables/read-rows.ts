import { parse, CsvError } from 'csv-parse';
import { Readable } from 'node:stream';
import { AppError } from '../../../shared/errors.ts';
import { separatorOf } from '../../domain/pairs/csv.ts';
import { decodeText, readTableFile } from '../../foundation/text-file.ts';
import { quote } from '../../foundation/words.ts';
import { readParquetParts, type ReadRows } from './read-parquet.ts';

const TABLE_FILE = { what: 'table', suffixes: ['.csv', '.tsv', '.txt', '.parquet'] };
const PIECE = 2 ** 16; // characters that are parsed between two events
const PAUSE_MS = 20; // of work between two events

/** Throws AppError 'not-found' for a file that can't be read, 'bad-request' for an empty or unreadable one; `parts` throws the latter, too. */
export async function readRows(file: string): Promise<ReadRows> {
  const bytes = readTableFile(file, TABLE_FILE);
  if (/\.parquet$/i.test(file)) return readParquetParts(bytes, file);
  const parts = csvParts(decodeText(bytes, file));
  const first = await parts.next();
  const [header, ...rows] = first.value ?? [];
  if (header === undefined) throw new AppError('bad-request', `The table ${quote(file)} is empty.`, { file });
  return { names: header.map((name) => name.trim().toLowerCase()), parts: joined(rows, parts) };
}

async function* joined(first: string[][], rest: AsyncIterable<string[][]>): AsyncGenerator<string[][], void, undefined> {
  yield first;
  yield* rest;
}

/** Records of a CSV text (RFC 4180), as csvRecords reads them. Throws AppError 'bad-request' for a quote that is never closed. */
async function* csvParts(text: string): AsyncGenerator<string[][], void, undefined> {
  const parser = Readable.from(piecesOf(text)).pipe(
    parse({
      bom: true,
      delimiter: separatorOf(text),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      info: true,
    }),
  );
  let part: string[][] = [];
  let line = 1; // of the record that follows
  let since = performance.now();
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      part.push(record);
      line = info.lines + 1;
      if (performance.now() - since < PAUSE_MS) continue;
      yield part;
      part = [];
      await new Promise((resolve) => setImmediate(resolve));
      since = performance.now();
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new AppError('bad-request', `The table has a quote in line ${line} that is never closed.`, { line }, error);
  }
  yield part;
}

async function* piecesOf(text: string): AsyncGenerator<string, void, undefined> {
  for (let at = 0; at < text.length; at += PIECE) {
    yield text.slice(at, at + PIECE);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
