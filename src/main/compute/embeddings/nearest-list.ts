/** The `size` nearest positions seen so far, nearest first; equal distances by position. */
export class NearestList {
  readonly size: number;
  private readonly distances: Float64Array;
  private readonly at: Int32Array;
  private count = 0;

  constructor(size: number) {
    this.size = size;
    this.distances = new Float64Array(size).fill(Infinity);
    this.at = new Int32Array(size).fill(-1);
  }

  clear(): void {
    this.distances.fill(Infinity);
    this.count = 0;
  }

  /** Adds the positions from `first` on, with their distances; those at Infinity are left out. Time: one comparison for most of them. */
  addAll(distances: Float32Array, first: number): void {
    if (this.size === 0) return;
    let worst = this.distances[this.size - 1]!;
    for (let j = 0; j < distances.length; j++) {
      if (distances[j]! >= worst) continue; // a later position at the same distance comes after it
      this.add(distances[j]!, first + j);
      worst = this.distances[this.size - 1]!;
    }
  }

  /** Adds a position, which must not be in the list. */
  add(distance: number, position: number): void {
    let i = this.count;
    if (i === this.size) {
      if (i === 0 || !isNearer(distance, position, this.distances[i - 1]!, this.at[i - 1]!)) return;
      i--;
    } else this.count++;
    for (; i > 0 && isNearer(distance, position, this.distances[i - 1]!, this.at[i - 1]!); i--) {
      this.distances[i] = this.distances[i - 1]!;
      this.at[i] = this.at[i - 1]!;
    }
    this.distances[i] = distance;
    this.at[i] = position;
  }

  /** A copy. */
  positions(): Int32Array {
    return this.at.slice(0, this.count);
  }

  /** Writes the list, which must be full, from `offset` on. */
  copyTo(positions: Int32Array, distances: Float32Array, offset: number): void {
    positions.set(this.at, offset);
    distances.set(this.distances, offset);
  }
}

const isNearer = (distance: number, position: number, otherDistance: number, other: number): boolean =>
  distance < otherDistance || (distance === otherDistance && position < other);
