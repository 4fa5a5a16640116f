/** The nearest rows of a query. */
export interface NearestRows {
  rows: Int32Array; // nearest first; equal distances by row
  distances: Float64Array;
}

/**
 * The `limit` rows with the smallest distance, without sorting all. `distances` [n]: NaN counts as infinitely far. `allowed` [n]: 1 for rows that
 * may be found; null: all. Time: O(n log limit).
 */
export function nearestRows(distances: Float64Array, limit: number, allowed: Uint8Array | null): NearestRows {
  const heap: number[] = []; // rows, the farthest at 0
  const farther = (a: number, b: number): boolean => {
    const [x, y] = [valueOf(distances[a]!), valueOf(distances[b]!)];
    return x > y || (x === y && a > b);
  };
  const sink = (): void => {
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let top = at;
      if (left < heap.length && farther(heap[left]!, heap[top]!)) top = left;
      if (right < heap.length && farther(heap[right]!, heap[top]!)) top = right;
      if (top === at) return;
      [heap[at], heap[top]] = [heap[top]!, heap[at]!];
      at = top;
    }
  };
  const push = (row: number): void => {
    heap.push(row);
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!farther(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  };
  for (let row = 0; row < distances.length; row++) {
    if (allowed !== null && allowed[row] !== 1) continue;
    if (heap.length < limit) push(row);
    else if (limit > 0 && farther(heap[0]!, row)) {
      heap[0] = row;
      sink();
    }
  }
  const rows = Int32Array.from(heap.sort((a, b) => (farther(a, b) ? 1 : -1)));
  return { rows, distances: Float64Array.from(rows, (row) => distances[row]!) };
}

const valueOf = (distance: number): number => (Number.isNaN(distance) ? Infinity : distance);
