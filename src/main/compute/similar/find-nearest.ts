import type { EmbeddingMeasure } from '../../../shared/embedding-source.ts';
import { nearestRows } from '../../domain/similar/nearest.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { openEmbeddings } from '../embeddings/open-embeddings.ts';
import type { CallContext } from '../protocol/protocol.ts';
import type { NearestAnswer, NearestRequest } from '../protocol/similar.ts';

const PAUSE_MS = 50; // between two turns of the event loop, in which other calls are answered

/** The nearest rows of each query, by distances in float64. Throws as openEmbeddings does, AppError 'cancelled'. */
export async function findNearest(
  { embedded, queries, allowed, limit }: NearestRequest,
  { signal, progress }: Pick<CallContext<'findNearest'>, 'signal' | 'progress'>,
): Promise<NearestAnswer> {
  const { n, d, measure, rows } = await openEmbeddings(embedded);
  const own = 'rows' in queries ? queries.rows : null;
  const count = own ? own.length : (queries as { values: Float32Array }).values.length / d;
  const answer: NearestAnswer = { rows: [], distances: [] };
  let pausedMs = performance.now();
  for (let q = 0; q < count; q++) {
    const row = own?.[q];
    const query =
      row === undefined ? (queries as { values: Float32Array }).values.subarray(q * d, (q + 1) * d) : rows.subarray(row * d, (row + 1) * d);
    const distances = distancesTo(query, rows, n, measure);
    const found = nearestRows(distances, row === undefined ? limit : limit + 1, allowed);
    const others = Array.from(found.rows.keys())
      .filter((i) => found.rows[i] !== row)
      .slice(0, limit);
    answer.rows.push(Int32Array.from(others, (i) => found.rows[i]!));
    answer.distances.push(Float64Array.from(others, (i) => found.distances[i]!));
    if (performance.now() - pausedMs < PAUSE_MS) continue;
    await new Promise(setImmediate);
    throwIfCancelled(signal);
    progress({ done: q + 1, total: count });
    pausedMs = performance.now();
  }
  return answer;
}

/** Distances of a query [d] to rows [n, d]: 1 - cosine of rows of length 1 (0..2; 1 to and from a row of zeros), or the length of the difference. */
export function distancesTo(query: Float32Array, rows: Float32Array, n: number, measure: EmbeddingMeasure): Float64Array {
  const d = query.length;
  const out = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    if (measure === 'cosine') {
      for (let j = 0; j < d; j++, at++) sum += query[j]! * rows[at]!;
      out[i] = Math.min(2, Math.max(0, 1 - sum));
    } else {
      for (let j = 0; j < d; j++, at++) sum += (query[j]! - rows[at]!) ** 2;
      out[i] = Math.sqrt(sum);
    }
  }
  return out;
}
