import type { ImageRecord } from '../../../shared/dataset.ts';

export type PairCandidate = Pick<ImageRecord, 'id' | 'className' | 'content'>;

/** Candidates by position. A view of a list that may leave out one range, without a copy. */
export interface Pool {
  length: number;
  at(position: number): number;
}

/** The distinct contents of images, numbered from 0, with their classes. */
export interface Contents {
  count: number;
  contentOf: Int32Array; // image position -> content
  ids: number[][]; // content -> ids of its images
  /** Number of possible partners of a content, by label. */
  partners(content: number): { same: number; different: number };
  /** All possible partners of a label and a few other contents, so the caller must check each. Empty only if there is no partner. */
  pool(content: number, label: 'same' | 'different'): Pool;
  /** Whether x is another content that shares a class with `content`. */
  same(content: number, x: number): boolean;
  /** Whether x shares no class with `content`. */
  different(content: number, x: number): boolean;
}

/** Groups images by content. The order of the images decides the numbering. */
export function contentsOf(images: readonly PairCandidate[]): Contents {
  const contentIndex = new Map<string, number>();
  const classIndex = new Map<string, number>();
  const ids: number[][] = [];
  const classes: number[][] = []; // content -> classes, in order of appearance
  const contentOf = Int32Array.from(images, ({ id, className, content: hash }) => {
    const content = indexIn(contentIndex, hash);
    const c = indexIn(classIndex, className);
    (ids[content] ??= []).push(id);
    const own = (classes[content] ??= []);
    if (!own.includes(c)) own.push(c);
    return content;
  });

  const count = ids.length;
  const members: number[][] = Array.from(classIndex, () => []); // class -> its contents, including those of several classes
  classes.forEach((own, content) => own.forEach((c) => members[c]!.push(content)));

  // Sorted by first class: the contents of all other classes are two ranges of this list.
  const byFirstClass = Int32Array.from(Array.from({ length: count }, (_, x) => x).sort((x, y) => classes[x]![0]! - classes[y]![0]! || x - y));
  const start = new Int32Array(classIndex.size);
  const length = new Int32Array(classIndex.size);
  byFirstClass.forEach((x, position) => {
    const c = classes[x]![0]!;
    if (length[c]!++ === 0) start[c] = position;
  });

  const shareClass = (x: number, y: number): boolean => {
    const [a, b] = [classes[x]!, classes[y]!];
    return a.length === 1 && b.length === 1 ? a[0] === b[0] : a.some((c) => b.includes(c));
  };

  const poolOf = sharedClassPools(classes, members);

  return {
    count,
    contentOf: contentOf,
    ids,
    partners: (content) => {
      const { length } = poolOf(content);
      return { same: length - 1, different: count - length };
    },
    same: (content, x) => content !== x && shareClass(content, x),
    different: (content, x) => !shareClass(content, x),
    pool: (content, label) => {
      if (label === 'same') return poolOf(content);
      const first = classes[content]![0]!;
      const from = start[first]!;
      const skipped = length[first]!;
      return { length: count - skipped, at: (position) => byFirstClass[position < from ? position : position + skipped]! };
    },
  };
}

function indexIn(map: Map<string, number>, key: string): number {
  const index = map.get(key) ?? map.size;
  map.set(key, index);
  return index;
}

const listPool = (list: readonly number[]): Pool => ({ length: list.length, at: (position) => list[position]! });

/** The contents that share a class with a content, including itself. Cached by combination of classes. */
function sharedClassPools(classes: number[][], members: number[][]): (content: number) => Pool {
  const byClass = members.map(listPool);
  const byCombination = new Map<string, Pool>();
  return (content) => {
    const own = classes[content]!;
    if (own.length === 1) return byClass[own[0]!]!;
    const key = [...own].sort((a, b) => a - b).join();
    let pool = byCombination.get(key);
    if (!pool) {
      pool = listPool([...new Set(own.flatMap((c) => members[c]!))]);
      byCombination.set(key, pool);
    }
    return pool;
  };
}
