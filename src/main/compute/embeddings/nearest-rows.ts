import { createHash } from 'node:crypto';
import type { EmbeddingMeasure } from '../../../shared/embedding-source.ts';
import type { Engine } from '../../nn/engines/engine.ts';
import { freeArray } from '../../nn/ir/tensor.ts';
import { bytesOf } from '../images/batches.ts';
import { compileProduct, productBlocks, QUERY_BLOCK } from '../structure/block-product.ts';
import { centredGallery, Gallery, GALLERY_BLOCK } from '../structure/gallery.ts';
import { NearestList } from './nearest-list.ts';
import { rowDistances } from './row-distance.ts';

/**
 * Candidates beyond k. The float32 products rank rows that are nearly equally far in any order; the candidates are ranked again by their
 * distances in float64.
 */
const SPARE = 8;

/** The k nearest other rows of each row, nearest first; equal distances by position. */
export interface NearestRows {
  k: number; // as asked, or n - 1 if that is smaller
  positions: Int32Array; // [n, k]
  distances: Float32Array; // [n, k]
}

export interface NearestOptions {
  k: number;
  measure: EmbeddingMeasure;
  engine: Engine;
  signal: AbortSignal;
  /** Queries that are done, of all. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * The exact nearest neighbours of `rows` [n, d] among themselves: float32 products of blocks select k + SPARE candidates of each row, float64
 * distances rank these. Equal rows are searched once, so that the copies of an image, however many, are found by position, at distance 0.
 * cosine: 1 - cos, 0..2, and 1 to and from a row of zeros. euclidean: the length of the difference. Throws AppError 'cancelled'.
 */
export async function nearestRows(
  rows: Float32Array,
  d: number,
  { k: most, measure, engine, signal, onProgress }: NearestOptions,
): Promise<NearestRows> {
  const n = rows.length / d;
  const k = Math.max(0, Math.min(most, n - 1));
  const positions = new Int32Array(n * k);
  const distances = new Float32Array(n * k);
  if (k === 0) return { k, positions, distances };
  const groups = equalRows(rows, d);
  const unique = rowsAt(rows, d, groups);
  const gallery = galleryOf(unique, d, measure);
  const squares = measure === 'euclidean' ? gallery.squares : null;
  const distancesTo = rowDistances(unique, d, measure);
  const candidates = Math.min(k + SPARE, groups.length - 1);
  const product = candidates > 0 ? await compileProduct(engine, d) : null;
  const lists = Array.from({ length: QUERY_BLOCK }, () => new NearestList(candidates));
  const nearest = new NearestList(k);
  try {
    for (let first = 0; first < groups.length; first += QUERY_BLOCK) {
      const queries = Int32Array.from({ length: Math.min(QUERY_BLOCK, groups.length - first) }, (_, i) => first + i);
      for (const list of lists) list.clear();
      if (product) {
        for await (const { column, columns, dots } of productBlocks(product, gallery, queries, groups.length, signal)) {
          for (let i = 0; i < queries.length; i++) {
            const [query, from] = [first + i, i * GALLERY_BLOCK];
            if (query >= column && query < column + columns) dots[from + query - column] = -Infinity; // not its own neighbour
            lists[i]!.addDots(dots, from, columns, column, squares);
          }
          freeArray(dots);
        }
      }
      queries.forEach((query, i) => {
        const found = lists[i]!.positions();
        const exact = distancesTo(query, found);
        const own = measure === 'cosine' && gallery.squares[query] === 0 ? 1 : 0; // of copies
        for (const position of groups[query]!) {
          nearest.clear();
          addMembers(nearest, groups[query]!, own, position);
          found.forEach((group, j) => addMembers(nearest, groups[group]!, exact[j]!, position));
          nearest.copyTo(positions, distances, position * k);
        }
      });
      onProgress?.(Math.min(first + QUERY_BLOCK, groups.length), groups.length);
    }
  } finally {
    await product?.dispose();
  }
  return { k, positions, distances };
}

/** Positions of equal rows, ascending; groups in the order of their first row. */
function equalRows(rows: Float32Array, d: number): number[][] {
  const groups = new Map<string, number[]>();
  for (let i = 0; i * d < rows.length; i++) {
    const key = createHash('sha256')
      .update(bytesOf(rows.subarray(i * d, (i + 1) * d)))
      .digest('base64');
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  return [...groups.values()];
}

/** The first row of each group, [groups, d]; `rows` itself where no two are equal. */
function rowsAt(rows: Float32Array, d: number, groups: readonly number[][]): Float32Array {
  if (groups.length * d === rows.length) return rows;
  const out = new Float32Array(groups.length * d);
  groups.forEach(([first], i) => out.set(rows.subarray(first! * d, (first! + 1) * d), i * d));
  return out;
}

function galleryOf(rows: Float32Array, d: number, measure: EmbeddingMeasure): Gallery {
  if (measure === 'euclidean') return centredGallery(rows, d);
  const gallery = new Gallery(rows.length / d, d);
  for (let i = 0; i < gallery.n; i++) gallery.setUnit(i, rows.subarray(i * d, (i + 1) * d));
  return gallery;
}

/** Adds the rows of a group, which are equally far, but for `self`. The list takes the first ones. */
function addMembers(list: NearestList, group: readonly number[], distance: number, self: number): void {
  let added = 0;
  for (const position of group) {
    if (position === self) continue;
    if (++added > list.size) break;
    list.add(distance, position);
  }
}
