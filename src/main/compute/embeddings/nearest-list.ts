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

  /**
   * Adds the positions from `first` on, whose dot products with the query are dots[from .. from + count): at the distance -dot, or |b|² - 2 dot
   * where `squares` has the squared lengths of all rows. Dots of -Infinity are left out. Most positions take one comparison.
   */
  addDots(dots: Float32Array, from: number, count: number, first: number, squares: Float64Array | null): void {
    if (this.size === 0) return;
    const last = this.size - 1;
    if (squares === null) {
      let least = -this.distances[last]!; // a later position at the same distance comes after it
      for (let j = 0; j < count; j++) {
        if (dots[from + j]! <= least) continue;
        this.add(-dots[from + j]!, first + j);
        least = -this.distances[last]!;
      }
      return;
    }
    let worst = this.distances[last]!;
    for (let j = 0; j < count; j++) {
      const distance = squares[first + j]! - 2 * dots[from + j]!;
      if (distance >= worst) continue;
      this.add(distance, first + j);
      worst = this.distances[last]!;
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
