import type { Space } from '../../../shared/structure.ts';
import { type RankedQuery, rankQuery } from '../../domain/retrieval/ranking.ts';
import type { Relevance } from '../../domain/retrieval/relevance.ts';
import type { Engine, Executable } from '../../nn/engines/engine.ts';
import { freeArray } from '../../nn/ir/tensor.ts';
import { chunks } from '../images/batches.ts';
import { compileProduct, productBlocks, QUERY_BLOCK } from './block-product.ts';
import { type Gallery, GALLERY_BLOCK } from './gallery.ts';

/** One query's neighbours in one space: among the test images, and among all if that was asked. */
export interface Neighbours {
  test: RankedQuery | null;
  all: RankedQuery | null;
}

export interface NeighbourRequest {
  gallery: Gallery;
  space: Space;
  queries: readonly number[]; // items of the gallery, ascending, all test images; the first `fullCount` are also compared with all images
  fullCount: number;
  test: Relevance; // the first items of the gallery
  all: Relevance;
}

/**
 * Ranks the neighbours of each query, [queries]. Distances are |a|² + |b|² - 2ab of embeddings, or -cosine of features. `onDone`: queries done.
 * Throws AppError 'cancelled'.
 */
export async function neighboursOf(
  { gallery, space, queries, fullCount, test, all }: NeighbourRequest,
  engine: Engine,
  { signal, onDone }: { signal: AbortSignal; onDone: (queries: number) => void },
): Promise<Neighbours[]> {
  const product = await compileProduct(engine, gallery.d);
  const blocks = [
    ...chunks(queries.slice(0, fullCount), QUERY_BLOCK).map((block) => ({ block, width: gallery.n })),
    ...chunks(queries.slice(fullCount), QUERY_BLOCK).map((block) => ({ block, width: test.length })),
  ];
  const out: Neighbours[] = [];
  try {
    for (const [b, { block, width }] of blocks.entries()) {
      const distances = await distancesOf(product, gallery, space, block, width, signal); // [block, width]
      const isFull = b * QUERY_BLOCK < fullCount;
      for (const [i, query] of block.entries()) {
        const row = distances.subarray(i * width, (i + 1) * width);
        const inTest = rankQuery(query, row.subarray(0, test.length), test);
        const isTestAll = test.length === all.length;
        out.push({ test: inTest, all: !isFull ? null : isTestAll ? inTest : rankQuery(query, row, all) });
      }
      onDone(block.length);
    }
    return out;
  } finally {
    await product.dispose();
  }
}

async function distancesOf(
  product: Executable,
  gallery: Gallery,
  space: Space,
  queries: readonly number[],
  width: number,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { squares } = gallery;
  const out = new Float32Array(queries.length * width);
  for await (const { column, columns, dots } of productBlocks(product, gallery, queries, width, signal)) {
    for (const [i, query] of queries.entries()) {
      const from = i * GALLERY_BLOCK;
      const to = i * width + column;
      if (space === 'features') for (let j = 0; j < columns; j++) out[to + j] = -dots[from + j]!;
      else {
        const square = squares[query]!;
        for (let j = 0; j < columns; j++) out[to + j] = square + squares[column + j]! - 2 * dots[from + j]!;
      }
    }
    freeArray(dots);
  }
  return out;
}
