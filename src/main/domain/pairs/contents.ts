import type { ImageRecord } from '../../../shared/dataset.ts';
import { numberIn } from '../../../shared/numbering.ts';
import type { SameKind } from '../../../shared/pair-relation.ts';

export interface PairCandidate extends Pick<ImageRecord, 'id' | 'className' | 'content'> {
  /** What makes two images "same": the name of a class or of a group. Default: `className`. */
  identity?: string;
}

/** An image without a group is its own group. */
export const identityOf = ({ id, className, group }: Pick<ImageRecord, 'id' | 'className' | 'group'>, same: SameKind): string =>
  same === 'group' ? JSON.stringify(group ?? id) : className;

/** Candidates by position. A view of a list that may leave out one range, without a copy. */
export interface Pool {
  length: number;
  at(position: number): number;
}

/** The distinct contents of images, numbered from 0, with their identities. */
export interface Contents {
  count: number;
  contentOf: Int32Array; // image position -> content
  ids: number[][]; // content -> ids of its images
  identities: number[][]; // content -> identities, in order of appearance
  classes: number[][]; // content -> classes, in order of appearance
  /** Number of possible partners of a content, by label. */
  partners(content: number): { same: number; different: number };
  /** All possible partners of a label and a few other contents, so the caller must check each. Empty only if there is no partner. */
  pool(content: number, label: 'same' | 'different'): Pool;
  /** Whether x is another content that shares an identity with `content`. */
  same(content: number, x: number): boolean;
  /** Whether x shares no identity with `content`. */
  different(content: number, x: number): boolean;
  /** Number of hard partners: contents of a class of `content` that share no identity with it. */
  hardPartners(content: number): number;
  /** All hard partners and other contents of the classes of `content`. */
  hardPool(content: number): Pool;
  /** Whether x is a hard partner of `content`. */
  hard(content: number, x: number): boolean;
}

/** Groups images by content. The order of the images decides the numbering. */
export function contentsOf(images: readonly PairCandidate[]): Contents {
  const contentIndex = new Map<string, number>();
  const ids: number[][] = [];
  const identities = new Membership();
  const classes = new Membership();
  const contentOf = Int32Array.from(images, ({ id, className, identity, content: hash }) => {
    const content = numberIn(contentIndex, hash);
    (ids[content] ??= []).push(id);
    identities.add(content, identity ?? className);
    classes.add(content, className);
    return content;
  });

  const count = ids.length;
  const other = allButFirst(identities.of, identities.count);
  const poolOf = sharedPools(identities);
  const classPoolOf = sharedPools(classes);
  const hard = (content: number, x: number): boolean => classes.share(content, x) && !identities.share(content, x);
  const hardCounts = new HardCounts(identities, classes, classPoolOf, hard);

  return {
    count,
    contentOf,
    ids,
    identities: identities.of,
    classes: classes.of,
    partners: (content) => {
      const { length } = poolOf(content);
      return { same: length - 1, different: count - length };
    },
    same: (content, x) => content !== x && identities.share(content, x),
    different: (content, x) => !identities.share(content, x),
    pool: (content, label) => (label === 'same' ? poolOf(content) : other(content)),
    hardPartners: (content) => hardCounts.of(content),
    hardPool: classPoolOf,
    hard,
  };
}

/** The names that each content has: its classes or its identities. */
class Membership {
  readonly of: number[][] = []; // content -> names, in order of appearance
  private readonly index = new Map<string, number>();

  add(content: number, name: string): void {
    const i = numberIn(this.index, name);
    const own = (this.of[content] ??= []);
    if (!own.includes(i)) own.push(i);
  }

  get count(): number {
    return this.index.size;
  }

  /** Contents of each name, including those of several names. */
  members(): number[][] {
    const members: number[][] = Array.from(this.index, () => []);
    this.of.forEach((own, content) => own.forEach((name) => members[name]!.push(content)));
    return members;
  }

  share(x: number, y: number): boolean {
    const [a, b] = [this.of[x]!, this.of[y]!];
    return a.length === 1 && b.length === 1 ? a[0] === b[0] : a.some((name) => b.includes(name));
  }
}

const listPool = (list: readonly number[]): Pool => ({ length: list.length, at: (position) => list[position]! });

/** All contents but those whose first identity is the first one of `content`: two ranges of a list sorted by first identity. */
function allButFirst(identities: number[][], count: number): (content: number) => Pool {
  const sorted = Int32Array.from(identities.map((_, x) => x).sort((x, y) => identities[x]![0]! - identities[y]![0]! || x - y));
  const start = new Int32Array(count);
  const length = new Int32Array(count);
  sorted.forEach((x, position) => {
    const first = identities[x]![0]!;
    if (length[first]!++ === 0) start[first] = position;
  });
  return (content) => {
    const first = identities[content]![0]!;
    const from = start[first]!;
    const skipped = length[first]!;
    return { length: sorted.length - skipped, at: (position) => sorted[position < from ? position : position + skipped]! };
  };
}

/** The contents that share a name with a content, including itself. Cached by combination of names. */
function sharedPools(names: Membership): (content: number) => Pool {
  const members = names.members();
  const byName = members.map(listPool);
  const byCombination = new Map<string, Pool>();
  return (content) => {
    const own = names.of[content]!;
    if (own.length === 1) return byName[own[0]!]!;
    const key = [...own].sort((a, b) => a - b).join();
    let pool = byCombination.get(key);
    if (!pool) {
      pool = listPool([...new Set(own.flatMap((name) => members[name]!))]);
      byCombination.set(key, pool);
    }
    return pool;
  };
}

/** Counts hard partners once per combination of identities and classes. */
class HardCounts {
  private readonly counts = new Map<string, number>();
  private readonly identities: Membership;
  private readonly classes: Membership;
  private readonly classPoolOf: (content: number) => Pool;
  private readonly hard: (content: number, x: number) => boolean;
  private inBoth: Map<string, number> | null = null; // `${identity} ${class}` -> contents that have both; null until it is needed
  private readonly several: boolean; // some content has several identities or classes

  constructor(identities: Membership, classes: Membership, classPoolOf: (content: number) => Pool, hard: (content: number, x: number) => boolean) {
    this.identities = identities;
    this.classes = classes;
    this.classPoolOf = classPoolOf;
    this.hard = hard;
    this.several = [identities, classes].some(({ of }) => of.some((own) => own.length > 1));
  }

  of(content: number): number {
    const key = `${this.identities.of[content]!.join()} ${this.classes.of[content]!.join()}`;
    let count = this.counts.get(key);
    if (count === undefined) {
      count = this.several ? this.scan(content) : this.classPoolOf(content).length - this.contentsInBoth().get(key)!;
      this.counts.set(key, count);
    }
    return count;
  }

  private scan(content: number): number {
    const pool = this.classPoolOf(content);
    let count = 0;
    for (let i = 0; i < pool.length; i++) if (this.hard(content, pool.at(i))) count++;
    return count;
  }

  private contentsInBoth(): Map<string, number> {
    if (this.inBoth) return this.inBoth;
    const counts = new Map<string, number>();
    this.identities.of.forEach(([identity], content) => {
      const key = `${identity} ${this.classes.of[content]![0]}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
    return (this.inBoth = counts);
  }
}
