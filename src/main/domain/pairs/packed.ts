import { numberIn } from '../../../shared/numbering.ts';
import { Buffer } from 'node:buffer';
import type { ImageRecord, Pair, PairLabel, Split } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';

/**
 * The images of a data set in a few large arrays, ascending by id. Sending 100,000 images to another thread or process as
 * objects would block both sides; a few arrays are copied or transferred quickly.
 */
export interface PackedImages {
  ids: Int32Array; // [n]
  splits: Uint8Array; // [n] positions in SPLITS
  classes: string[];
  classOf: Uint32Array; // [n] positions in `classes`
  groups: string[];
  groupOf: Int32Array; // [n] positions in `groups`; -1: no group
  sha256: Uint8Array; // [n, 32]
  contents: Uint8Array; // [n, 32], ImageRecord.content
  files: Uint8Array; // concatenated UTF-8 names relative to the root, with '/'
  ends: Uint32Array; // [n] end offset of each name in `files`
}

export type PackedImage = Pick<ImageRecord, 'id' | 'file' | 'className' | 'sha256' | 'content' | 'group' | 'split'>;

/** [n, 3]: a, b, label. */
export type PackedPairs = Int32Array;

const SHA_BYTES = 32;

/** Packs images. `images`: ascending by id. Throws if a hash is not 64 hex digits. */
export function packImages(images: readonly PackedImage[]): PackedImages {
  const classes = new Map<string, number>();
  const groups = new Map<string, number>();
  const classOf = Uint32Array.from(images, ({ className }) => numberIn(classes, className));
  const groupOf = Int32Array.from(images, ({ group }) => (group === null ? -1 : numberIn(groups, group)));
  const files = new Uint8Array(images.reduce((sum, { file }) => sum + Buffer.byteLength(file), 0));
  const names = Buffer.from(files.buffer);
  let end = 0;
  const ends = Uint32Array.from(images, ({ file }) => (end += names.write(file, end)));
  return {
    ids: Int32Array.from(images, ({ id }) => id),
    splits: Uint8Array.from(images, ({ split }) => SPLITS.indexOf(split)),
    classes: [...classes.keys()],
    classOf,
    groups: [...groups.keys()],
    groupOf,
    sha256: packHashes(images.map(({ sha256 }) => sha256)),
    contents: packHashes(images.map(({ content }) => content)),
    files,
    ends,
  };
}

function packHashes(hashes: readonly string[]): Uint8Array {
  const packed = new Uint8Array(hashes.length * SHA_BYTES);
  const bytes = Buffer.from(packed.buffer);
  hashes.forEach((hash, i) => {
    if (bytes.write(hash, i * SHA_BYTES, 'hex') !== SHA_BYTES) throw new Error(`${hash} is not a SHA-256 hash.`);
  });
  return packed;
}

/** Reads packed images. Unpacks single images on access to save memory. */
export class ImageTable {
  private readonly packed: PackedImages;
  private readonly names: Buffer;
  private readonly hashes: Buffer;
  private readonly contents: Buffer;

  constructor(packed: PackedImages) {
    const { files, sha256, contents } = packed;
    this.packed = packed;
    this.names = Buffer.from(files.buffer, files.byteOffset, files.byteLength);
    this.hashes = Buffer.from(sha256.buffer, sha256.byteOffset, sha256.byteLength);
    this.contents = Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
  }

  get length(): number {
    return this.packed.ids.length;
  }

  /** The image at a position, 0 to length - 1. */
  at(i: number): PackedImage {
    const { ids, splits, classes, classOf, groups, groupOf } = this.packed;
    const group = groupOf[i]! < 0 ? null : groups[groupOf[i]!]!;
    return {
      id: ids[i]!,
      file: this.file(i),
      className: classes[classOf[i]!]!,
      sha256: this.sha256(i),
      content: this.content(i),
      group,
      split: SPLITS[splits[i]!]!,
    };
  }

  /** The position of an image id, by binary search. Throws for an unknown id. */
  positionOf(id: number): number {
    const { ids } = this.packed;
    let [low, high] = [0, ids.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    if (ids[low] !== id) throw new Error(`There is no image ${id}.`);
    return low;
  }

  /** Positions of a split's images. */
  inSplit(split: Split): number[] {
    const index = SPLITS.indexOf(split);
    const positions: number[] = [];
    for (const [i, other] of this.packed.splits.entries()) if (other === index) positions.push(i);
    return positions;
  }

  file(i: number): string {
    const { ends } = this.packed;
    return this.names.toString('utf8', i === 0 ? 0 : ends[i - 1], ends[i]);
  }

  content(i: number): string {
    return this.contents.toString('hex', i * SHA_BYTES, (i + 1) * SHA_BYTES);
  }

  sha256(i: number): string {
    return this.hashes.toString('hex', i * SHA_BYTES, (i + 1) * SHA_BYTES);
  }
}

export function packPairs(pairs: readonly Pair[]): PackedPairs {
  const packed = new Int32Array(pairs.length * 3);
  pairs.forEach(({ a, b, label }, i) => packed.set([a, b, label], i * 3));
  return packed;
}

export const unpackPairs = (packed: PackedPairs): Pair[] =>
  Array.from({ length: packed.length / 3 }, (_, i) => ({ a: packed[i * 3]!, b: packed[i * 3 + 1]!, label: packed[i * 3 + 2] as PairLabel }));
