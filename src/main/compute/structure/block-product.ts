import type { Engine, Executable } from '../../nn/engines/engine.ts';
import { ProgramBuilder } from '../../nn/ir/build/builder.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { prefetch } from '../async/prefetch.ts';
import { type Gallery, GALLERY_BLOCK } from './gallery.ts';

/** Queries of one matrix product. */
export const QUERY_BLOCK = 512;

/** Dot products of a block of queries with a block of the gallery. */
export interface ProductBlock {
  column: number; // row of the gallery that the first column of `dots` is
  columns: number; // used ones; those after them are padding
  dots: Float32Array; // [QUERY_BLOCK, GALLERY_BLOCK], the caller's: it may change and free it
}

/** Compiles the product of [QUERY_BLOCK, d] with [d, GALLERY_BLOCK]. */
export function compileProduct(engine: Engine, d: number): Promise<Executable> {
  const program = new ProgramBuilder();
  const [a, b] = [program.input('a', [QUERY_BLOCK, d]), program.input('b', [d, GALLERY_BLOCK])];
  return engine.compile({ program, outputs: { product: program.matmul(a, b) } }, new Map());
}

/**
 * The dot products of up to QUERY_BLOCK `queries` (rows of the gallery) with its first `width` rows, block by block in their order. The next
 * product is computed while the caller reads this one. Throws AppError 'cancelled'.
 */
export async function* productBlocks(
  product: Executable,
  gallery: Gallery,
  queries: readonly number[] | Int32Array,
  width: number,
  signal: AbortSignal,
): AsyncGenerator<ProductBlock, void, undefined> {
  const a = new Float32Array(QUERY_BLOCK * gallery.d);
  queries.forEach((query, i) => gallery.copyRow(query, a, i * gallery.d));
  const columns = Array.from({ length: Math.ceil(width / GALLERY_BLOCK) }, (_, i) => i * GALLERY_BLOCK);
  const multiply = async (column: number): Promise<Float32Array> => {
    throwIfCancelled(signal);
    return (await product.run({ a, b: gallery.blocks[column / GALLERY_BLOCK]! }))['product']!;
  };
  for await (const [column, dots] of prefetch(columns, multiply)) yield { column, columns: Math.min(GALLERY_BLOCK, width - column), dots };
}
