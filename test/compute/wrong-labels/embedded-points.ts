import { createHash } from 'node:crypto';
import { EMBEDDING_FILES, type EmbeddedRequest, NEIGHBOURS } from '../../../src/main/compute/protocol/embeddings.ts';
import { writeNumbers } from '../../../src/main/foundation/number-files.ts';
import { temporaryFolder } from '../../features/dataset/png-files.ts';
import { join } from 'node:path';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Rows as stored embeddings, scaled to length 1, with their exact neighbours. */
export async function embeddedPoints(points: readonly (readonly number[])[]): Promise<EmbeddedRequest> {
  const folder = temporaryFolder();
  const [n, d] = [points.length, points[0]!.length];
  const k = Math.min(NEIGHBOURS, n - 1);
  const rows = points.map((point) => Float32Array.from(point, (x) => x / Math.hypot(...point)));
  const distance = (i: number, j: number): number => 1 - rows[i]!.reduce((sum, x, c) => sum + x * rows[j]![c]!, 0);
  const nearest = rows.map((_, i) =>
    [...rows.keys()]
      .filter((j) => j !== i)
      .map((j) => [j, distance(i, j)] as const)
      .sort(([, a], [, b]) => a - b)
      .slice(0, k),
  );
  await writeNumbers(join(folder, EMBEDDING_FILES.rows), Float32Array.from(rows.flatMap((row) => [...row])));
  await writeNumbers(join(folder, EMBEDDING_FILES.positions), Int32Array.from(nearest.flatMap((list) => list.map(([j]) => j))));
  await writeNumbers(join(folder, EMBEDDING_FILES.distances), Float32Array.from(nearest.flatMap((list) => list.map(([, far]) => far))));
  return { folder, key: 'points', n, d, k, measure: 'cosine' };
}
