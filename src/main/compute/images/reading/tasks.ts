import type { Preprocessing } from '../../../../shared/run.ts';
import type { Augmentation } from '../../../../shared/training-options/augmentation.ts';

/** A picture to be decoded. */
export interface Readable {
  file: string; // absolute
  sha256: string | null; // that its bytes must have; null: any
}

/** The name of a stream of draws, as `randomFor` takes it. */
export type StreamName = readonly [seed: number, ...purpose: (string | number)[]];

/** How pictures are read: one of these for each thread. */
export interface ReaderData {
  size: number; // px
  preprocessing: Preprocessing;
  augmentation: Augmentation | null;
  cache: string | null; // folder of decoded pixels; null: none is kept
}

/** What the thread that reads pictures can be asked. */
export interface ReaderTasks {
  /** Decoded and normalised, [rows, 3, S, S]; rows past the last picture are zeros. */
  decode: { args: { images: readonly Readable[]; rows: number }; result: Float32Array };
  /** Positions of those that are not in the cache, each content once. */
  missing: { args: { sha256s: readonly string[] }; result: Uint32Array };
  /** Decodes pictures into the cache. */
  keep: { args: { images: readonly { file: string; sha256: string }[] }; result: null };
  /** Makes sure that what was kept is on the disk. */
  flush: { args: object; result: null };
  /** Pictures from the cache, normalised, [n, 3, S, S], each augmented from its stream where there are streams. */
  batch: { args: { sha256s: readonly string[]; streams: readonly StreamName[] | null }; result: Float32Array };
}
