import { correlation, detailOf, robustCorrelation, sampleWindow, WHOLE, type Window } from './detail.ts';
import { SIGNATURE_BYTES, SIGNATURE_SIDE } from './signature.ts';

export interface Alignment {
  /** -1..1: correlation of the details of both images where they agree best (`robustCorrelation`). 0: nothing looked alike. */
  score: number;
  mirrored: boolean;
}

const HALF = SIGNATURE_SIDE / 2;
const COARSE = 8; // samples of a side in the search
const CELLS = COARSE * COARSE;
const FINE = 24; // samples of a side where details are compared

/** Searched first: the whole, and windows of 90 % and 80 % of each side in steps of 5 %. */
const WINDOWS: readonly Window[] = [WHOLE, ...windowsOf(0.9), ...windowsOf(0.8)];

function windowsOf(side: number): Window[] {
  const offsets = Array.from({ length: Math.round((1 - side) / 0.05) + 1 }, (_, i) => i * 0.05);
  return offsets.flatMap((x) => offsets.map((y) => ({ x: x + side / 2, y: y + side / 2, w: side / 2, h: side / 2, angle: 0 })));
}

const ALIKE = 0.5; // coarse correlation from which the details of an alignment are looked at
const STARTS = 3; // best coarse alignments whose details are looked at
const ANGLES = [-0.07, 0.07]; // radians; tried from the best start
const RELATED = 0.3; // plain correlation of details from which an alignment is refined; other photographs seldom have it

interface Start {
  score: number; // coarse correlation
  window: Window; // of `outer`, which shows the whole of `inner`
  mirrored: boolean;
  outer: number;
  inner: number;
}

/** Aligns images pair by pair. `signatures`: [n, SIGNATURE_BYTES]; what an image needs is computed when it is first used. */
export class Aligner {
  private readonly signatures: Uint8Array;
  private readonly wholes = new Map<number, [Float32Array, Float32Array]>(); // coarse samples, and mirrored
  private readonly details = new Map<number, Float32Array>();
  private windowsOwner = -1; // the image that `windows` is of
  private readonly windows = new Float32Array(WINDOWS.length * CELLS);
  private readonly samples = new Float32Array(FINE * FINE);
  private readonly target = new Float32Array(FINE * FINE);

  constructor(signatures: Uint8Array) {
    this.signatures = signatures;
  }

  /** The best alignment of each pair [m, 2]. Fastest where the pairs of an image follow each other. Yields after each of many. */
  *alignAll(pairs: Int32Array): Generator<number, Alignment[], undefined> {
    const starts: Start[][] = Array.from({ length: pairs.length / 2 }, () => []);
    // Each image's windows are computed once: first those of all first images, then those of all second ones.
    for (const side of [0, 1]) {
      const order = Array.from(starts.keys()).sort((p, q) => pairs[2 * p + side]! - pairs[2 * q + side]!);
      for (const [done, p] of order.entries()) {
        this.addStarts(pairs[2 * p + side]!, pairs[2 * p + 1 - side]!, starts[p]!);
        if (done % 500 === 499) yield (0.3 * (side + done / order.length)) / 2;
      }
    }
    const out: Alignment[] = [];
    for (const [p, found] of starts.entries()) {
      out.push(this.bestOf(found));
      found.length = 0;
      if (p % 100 === 99) yield 0.3 + (0.7 * p) / starts.length;
    }
    return out;
  }

  align(a: number, b: number): Alignment {
    const starts: Start[] = [];
    this.addStarts(a, b, starts);
    this.addStarts(b, a, starts);
    return this.bestOf(starts);
  }

  /** Adds coarse alignments of a window of `outer` with the whole of `inner`; keeps the best. */
  private addStarts(outer: number, inner: number, starts: Start[]): void {
    const windows = this.windowsOf(outer);
    const wholes = this.wholeOf(inner);
    for (let w = 0; w < WINDOWS.length; w++) {
      for (const mirrored of [false, true]) {
        const whole = wholes[mirrored ? 1 : 0];
        let score = 0;
        for (let i = 0, at = w * CELLS; i < CELLS; i++, at++) score += windows[at]! * whole[i]!;
        if (score < ALIKE || (starts.length === STARTS && score <= starts[STARTS - 1]!.score)) continue;
        if (starts.length === STARTS) starts.pop();
        starts.push({ score, window: WINDOWS[w]!, mirrored, outer, inner });
        starts.sort((one, other) => other.score - one.score);
      }
    }
  }

  private bestOf(starts: readonly Start[]): Alignment {
    let best: { start: Start; r: number } | null = null;
    for (const start of starts) {
      const r = this.detailCorrelation(start);
      if (r > (best?.r ?? 0)) best = { start, r };
    }
    if (best === null) return { score: 0, mirrored: false };
    for (const angle of ANGLES) {
      const turned: Start = { ...best.start, window: { ...best.start.window, angle } };
      const r = this.detailCorrelation(turned);
      if (r > best.r) best = { start: turned, r };
    }
    return { score: best.r > RELATED ? this.refine(best.start) : 0, mirrored: best.start.mirrored };
  }

  private detailCorrelation({ window, mirrored, outer, inner }: Start): number {
    return correlation(this.detail(outer, window, false), this.detail(inner, WHOLE, mirrored, this.target));
  }

  /** Coordinate search for the alignment with the highest robust correlation of details. */
  private refine({ window: start, mirrored, outer, inner }: Start): number {
    const target = this.detail(inner, WHOLE, mirrored, this.target);
    const scoreOf = (window: Window): number => robustCorrelation(this.detail(outer, window, false), target);
    let window = start;
    let score = scoreOf(window);
    for (const steps of REFINEMENTS) {
      if (steps.x < 0.02 && score < HOPELESS) break;
      for (let changed = true, sweeps = 0; changed && sweeps < MAX_SWEEPS; sweeps++) {
        changed = false;
        for (const key of ['x', 'y', 'w', 'h', 'angle'] as const) {
          for (const sign of [1, -1]) {
            const next = { ...window, [key]: window[key] + sign * steps[key] };
            if (!isAllowed(next)) continue;
            const found = scoreOf(next);
            if (found <= score) continue;
            [score, window, changed] = [found, next, true];
            break;
          }
        }
      }
    }
    return score;
  }

  private detail(image: number, window: Window, mirrored: boolean, out = this.samples): Float32Array {
    let detail = this.details.get(image);
    if (!detail) {
      if (this.details.size >= MAX_DETAILS) this.details.clear();
      this.details.set(image, (detail = detailOf(this.signature(image))));
    }
    return sampleWindow(detail, SIGNATURE_SIDE, window, FINE, mirrored, out);
  }

  private windowsOf(image: number): Float32Array {
    if (this.windowsOwner === image) return this.windows;
    const coarse = this.coarseOf(image);
    WINDOWS.forEach((window, w) => normalise(sampleWindow(coarse, HALF, window, COARSE, false, this.windows.subarray(w * CELLS, (w + 1) * CELLS))));
    this.windowsOwner = image;
    return this.windows;
  }

  private wholeOf(image: number): [Float32Array, Float32Array] {
    let whole = this.wholes.get(image);
    if (!whole) {
      const coarse = this.coarseOf(image);
      const sample = (mirrored: boolean): Float32Array => normalise(sampleWindow(coarse, HALF, WHOLE, COARSE, mirrored, new Float32Array(CELLS)));
      this.wholes.set(image, (whole = [sample(false), sample(true)]));
    }
    return whole;
  }

  /** Means of 2 x 2 grey values: [HALF, HALF]. */
  private coarseOf(image: number): Float32Array {
    const [grey, n] = [this.signature(image), SIGNATURE_SIDE];
    return Float32Array.from({ length: HALF * HALF }, (_, i) => {
      const at = 2 * Math.floor(i / HALF) * n + 2 * (i % HALF);
      return (grey[at]! + grey[at + 1]! + grey[at + n]! + grey[at + n + 1]!) / 4;
    });
  }

  private signature(image: number): Uint8Array {
    return this.signatures.subarray(image * SIGNATURE_BYTES, (image + 1) * SIGNATURE_BYTES);
  }
}

const MAX_DETAILS = 10_000; // cached, 4 KB each
const HOPELESS = 0.6; // a score after the first sweeps that no refinement lifts to a duplicate's
const MAX_SWEEPS = 3;
const REFINEMENTS = [1, 0.5, 0.25].map((f) => ({ x: 0.025 * f, y: 0.025 * f, w: 0.0125 * f, h: 0.0125 * f, angle: 0.04 * f })); // shares of a side, radians

/** Windows of 72 % to 112 % of a side, turned by at most 7 degrees. */
const isAllowed = ({ w, h, angle }: Window): boolean => Math.min(w, h) >= 0.36 && Math.max(w, h) <= 0.56 && Math.abs(angle) <= 0.12;

/** Mean 0 and length 1; all 0 for an image of one tone. */
function normalise(values: Float32Array): Float32Array {
  let mean = 0;
  for (const v of values) mean += v;
  mean /= values.length;
  let squares = 0;
  for (const v of values) squares += (v - mean) ** 2;
  const scale = squares > values.length ? 1 / Math.sqrt(squares) : 0; // a standard deviation below 1 of 255 is noise
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - mean) * scale;
  return values;
}
