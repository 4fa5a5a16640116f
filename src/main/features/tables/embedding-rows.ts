import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { ExportTable } from '../../../shared/table-calls.ts';
import { type EmbeddedSet, EMBEDDING_FILES } from '../../compute/protocol/embeddings.ts';
import type { CuratedImage } from '../../../shared/curation.ts';
import { readFloatParts } from '../../foundation/number-files.ts';
import type { TableRow } from '../../foundation/table-file.ts';
import type { TablePorts } from './ports.ts';

const PART_BYTES = 8 * 2 ** 20; // of embeddings in memory at once

async function embeddedOf({ embedded, images }: TablePorts, { dataset, source }: ExportTable): Promise<{ set: EmbeddedSet; rows: CuratedImage[] }> {
  if (source === undefined)
    throw new AppError('bad-request', 'Choose the encoder or run of the embeddings.', { field: 'source', flags: ['--encoder NAME', '--run RUN'] });
  const set = await embedded(dataset, source);
  const byId = new Map(images.all(dataset).map((image) => [image.id, image]));
  return { set, rows: Array.from(set.ids, (id) => byId.get(id)!) };
}

/** Rows of the table of embeddings. Throws AppError 'bad-request' without a source or before the analysis, and at the end 'not-found' for damaged files. */
export async function* embeddingRows(ports: TablePorts, request: ExportTable): AsyncGenerator<TableRow, void, undefined> {
  const { set, rows } = await embeddedOf(ports, request);
  const { folder, d } = set.request;
  const perPart = Math.max(1, Math.floor(PART_BYTES / (4 * d)));
  let at = 0;
  for await (const part of readFloatParts(join(folder, EMBEDDING_FILES.rows), perPart * d)) {
    for (let from = 0; from < part.length; from += d, at++) {
      const { file, sha256, className, split, excluded } = rows[at]!;
      yield [file, sha256, className, split, excluded, part.subarray(from, from + d)];
    }
  }
}

/** Rows of the table of neighbours. Throws as embeddingRows does. */
export async function* neighbourRows(ports: TablePorts, request: ExportTable): AsyncGenerator<TableRow, void, undefined> {
  const { set, rows } = await embeddedOf(ports, request);
  const { n, k, positions, distances } = await ports.neighbours(set);
  for (let i = 0; i < n; i++) {
    for (let rank = 0; rank < k; rank++) {
      const neighbour = rows[positions[i * k + rank]!]!;
      yield [rows[i]!.file, rows[i]!.sha256, rank + 1, neighbour.file, neighbour.sha256, distances[i * k + rank]!];
    }
  }
}
