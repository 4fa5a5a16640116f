import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { asAppError } from '../../shared/errors.ts';
import type { ColumnType, TableColumn, TableFormat } from '../../shared/tables.ts';
import { type CsvField, csvOfRows } from './csv.ts';
import { makeFolders, publishFile, temporaryPath } from './files.ts';

/** A value of a row, in the order of the columns. Times are ms since 1970. */
export type Cell = string | number | boolean | readonly string[] | Float32Array | null;
export type TableRow = readonly Cell[];

export interface NewTable {
  file: string; // absolute
  format: TableFormat;
  columns: readonly TableColumn[];
  /** Rows in parts of at most a few thousand: each is one row group of a Parquet file. */
  parts: AsyncIterable<readonly TableRow[]> | Iterable<readonly TableRow[]>;
}

/**
 * Writes a table as CSV (RFC 4180, UTF-8 with byte order mark) or Parquet (Snappy; lists as of the Parquet specification, so that pandas and Arrow read
 * them as lists). Writes a temporary file and renames it. Throws AppError 'disk-full', 'workspace', and what `parts` throws.
 */
export async function writeTable({ file, format, columns, parts }: NewTable): Promise<void> {
  const temporary = temporaryPath(file);
  makeFolders(dirname(file));
  try {
    await (format === 'csv' ? writeCsv : writeParquet)(temporary, columns, parts);
    await publishFile(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw asAppError(error);
  }
}

async function writeCsv(file: string, columns: readonly TableColumn[], parts: NewTable['parts']): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.write(csvOfRows([columns.map(({ name }) => name)]));
    for await (const rows of parts)
      if (rows.length > 0) await handle.write(csvOfRows(rows.map((row) => row.map((cell, i) => csvCell(cell, columns[i]!.type)))).slice(1));
  } finally {
    await handle.close();
  }
}

function csvCell(cell: Cell, type: ColumnType): CsvField {
  if (cell === null || typeof cell !== 'object') return type === 'time' && cell !== null ? new Date(Number(cell)).toISOString() : cell;
  return cell instanceof Float32Array ? JSON.stringify(Array.from(cell)) : cell.join('; ');
}

async function writeParquet(file: string, columns: readonly TableColumn[], parts: NewTable['parts']): Promise<void> {
  const schema: SchemaElement[] = [{ name: 'root', num_children: columns.length }, ...columns.flatMap(schemaOf)];
  const about = JSON.stringify(Object.fromEntries(columns.map(({ name, about: words }) => [name, words])));
  const writer = new ParquetWriter({
    writer: fileWriter(file),
    schema,
    kvMetadata: [{ key: 'twinlens.columns', value: about }],
    createdBy: 'twinlens',
  });
  for await (const rows of parts) {
    if (rows.length === 0) continue;
    await writer.write({
      columnData: columns.map(({ name, type }, i) => ({ name, data: rows.map((row) => parquetCell(row[i]!, type)) })),
      rowGroupSize: rows.length,
    });
  }
  await writer.finish();
}

function parquetCell(cell: Cell, type: ColumnType): unknown {
  if (cell === null) return null;
  if (type === 'time') return new Date(Number(cell));
  return cell instanceof Float32Array ? Array.from(cell) : cell;
}

const PHYSICAL = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  texts: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT32' },
  number: { type: 'DOUBLE' },
  numbers: { type: 'FLOAT' },
  boolean: { type: 'BOOLEAN' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
} as const satisfies Record<ColumnType, Partial<SchemaElement>>;

/** Lists have three levels, as of the Parquet specification, LogicalTypes.md. */
function schemaOf({ name, type }: TableColumn): SchemaElement[] {
  if (type !== 'texts' && type !== 'numbers') return [{ name, repetition_type: 'OPTIONAL', ...PHYSICAL[type] }];
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...PHYSICAL[type] },
  ];
}
