import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../../shared/errors.ts';
import type { EmbeddingMeasure } from '../../../shared/embedding-source.ts';
import { readNumbers } from '../../foundation/number-files.ts';
import { EMBEDDING_FILES, type EmbeddedRequest, type StoredNeighbours } from '../protocol/embeddings.ts';

const CACHED_BYTES = 1.5 * 2 ** 30; // of rows

/** The rows of an embedded data set. Shared by all callers: read only. */
export interface EmbeddingRows {
  n: number;
  d: number;
  measure: EmbeddingMeasure; // cosine: rows have length 1, or are all 0
  rows: Float32Array; // [n, d]
}

const opened = new LRUCache<string, Promise<EmbeddingRows>>({
  maxSize: CACHED_BYTES,
  sizeCalculation: (_, key) => Math.max(1, Number(key.split(' ', 1)[0])),
});

/** Reads rows, once for those that were used last. Throws AppError 'not-found' if they are gone or damaged: analysing again writes them. */
export function openEmbeddings(request: EmbeddedRequest): Promise<EmbeddingRows> {
  const { folder, n, d, measure } = request;
  const key = `${n * d * 4} ${folder}`;
  const known = opened.get(key);
  if (known) return known;
  const reading = (async () => {
    const rows = new Float32Array(n * d);
    if (await readNumbers(join(folder, EMBEDDING_FILES.rows), rows)) return { n, d, measure, rows };
    opened.delete(key);
    throw goneError(folder);
  })();
  opened.set(key, reading);
  return reading;
}

/** Throws as openEmbeddings does. */
export async function readNeighbours({ folder, n, k }: EmbeddedRequest): Promise<StoredNeighbours> {
  const [positions, distances] = [new Int32Array(n * k), new Float32Array(n * k)];
  const found = await Promise.all([
    readNumbers(join(folder, EMBEDDING_FILES.positions), positions),
    readNumbers(join(folder, EMBEDDING_FILES.distances), distances),
  ]);
  if (found.every(Boolean)) return { n, k, positions, distances };
  throw goneError(folder);
}

/** Whether all files of a set are there and intact. */
export async function areEmbeddingsIntact(request: EmbeddedRequest): Promise<boolean> {
  const { folder, n, d } = request;
  const isIntact = await readNumbers(join(folder, EMBEDDING_FILES.rows), new Float32Array(n * d));
  return (
    isIntact &&
    (await readNeighbours(request).then(
      () => true,
      () => false,
    ))
  );
}

const goneError = (folder: string): AppError =>
  new AppError('not-found', 'The stored embeddings of this data set are missing or damaged. Analyse it again.', { folder });
