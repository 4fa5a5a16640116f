import type { Random } from '../../../shared/random.ts';
import type { Contents } from './contents.ts';

/** Two contents, by number. */
export type ContentPair = readonly [number, number];

const MAX_TRIES = 32; // contents that are tried as a partner; with a quarter of the pairs used, all fail once in 1e19
const MAX_FRUITLESS = 100; // rounds without a new pair, in sparse drawing only
const DENSE = 4; // possible pairs for each wanted one; up to this all pairs are listed

/** The contents of one identity, in the order in which they are used. */
interface Side {
  number: number;
  contents: number[];
  next: number; // position in `contents`
  uses: number; // pairs of all its contents
}

/** Adds a pair of two sides; null if it finds none. */
type Draw = (a: Side, b: Side) => ContentPair | null;

/** Draws pairs of contents that share no identity. No pair is drawn twice. */
export class DifferentPairs {
  readonly pairs: ContentPair[] = [];
  private readonly contents: Contents;
  private readonly random: Random;
  private readonly used = new Set<number>(); // x < y as x * count + y

  constructor(contents: Contents, random: Random) {
    this.contents = contents;
    this.random = random;
  }

  /** The number of pairs of some contents that share no identity. Exact where each content has one identity, else an upper bound. */
  possibleAmong(members: readonly number[]): number {
    const pairs = (n: number): number => (n * (n - 1)) / 2;
    return this.sidesOf(members).reduce((rest, side) => rest - pairs(side.contents.length), pairs(members.length));
  }

  /**
   * Adds up to `count` pairs of some contents. Each round pairs the identities at random and takes the next content of each, so
   * identities are used equally often, and so are the contents of an identity. An identity whose contents are in `limit` pairs on average
   * is left out: twice the mean, doubled while too few pairs are possible without it.
   */
  draw(members: readonly number[], count: number): void {
    const sides = this.sidesOf(members);
    const possible = this.possibleAmong(members);
    const listed = possible <= DENSE * count ? this.listPairs(sides) : null;
    const goal = this.pairs.length + Math.min(count, listed ? listed.count : possible);
    const draw: Draw = listed ? (a, b) => listed.take(a, b) : (a, b) => this.drawSparse(a, b);
    let limit = Math.ceil((4 * count) / Math.max(1, members.length));
    let fruitless = 0; // rounds
    while (this.pairs.length < goal && fruitless < (listed ? Infinity : MAX_FRUITLESS)) {
      const open = sides.filter(({ uses, contents }) => uses < limit * contents.length);
      const before = this.pairs.length;
      this.round(this.orderOf(open, fruitless === 0), goal, draw);
      if (this.pairs.length > before) fruitless = 0;
      else if (open.length < sides.length) limit *= 2;
      else fruitless++;
    }
  }

  /** An even number of sides in random order. `evenly`: of an odd number, the most used one is left out, else a random one. */
  private orderOf(sides: readonly Side[], evenly: boolean): Side[] {
    const order = this.random.shuffle(sides);
    if (order.length % 2 === 0) return order;
    const most = order.reduce((best, side, i) => (side.uses > order[best]!.uses ? i : best), 0);
    order.splice(evenly ? most : 0, 1);
    return order;
  }

  /** Pairs neighbours of a list of sides. */
  private round(sides: readonly Side[], goal: number, draw: Draw): void {
    for (let i = 0; i + 1 < sides.length && this.pairs.length < goal; i += 2) {
      const [a, b] = [sides[i]!, sides[i + 1]!];
      const pair = draw(a, b);
      if (pair === null) continue;
      this.pairs.push(pair);
      this.used.add(this.keyOf(...pair));
      a.uses++;
      b.uses++;
    }
  }

  private drawSparse(a: Side, b: Side): ContentPair | null {
    const x = this.take(a, () => true)!;
    const y = this.take(b, (candidate) => this.isFree(x, candidate));
    return y === null ? null : [x, y];
  }

  /** The next content of a side that fits. Each content is used once before any is used again, unless none of the others fits. */
  private take(side: Side, fits: (content: number) => boolean): number | null {
    for (const isNewCycle of [false, true]) {
      if (isNewCycle) {
        side.contents = this.random.shuffle(side.contents);
        side.next = 0;
      }
      const { contents, next } = side;
      const at = contents.slice(next, next + MAX_TRIES).findIndex(fits);
      if (at < 0) continue;
      [contents[next], contents[next + at]] = [contents[next + at]!, contents[next]!];
      side.next++;
      return contents[next]!;
    }
    return null;
  }

  private listPairs(sides: readonly Side[]): ListedPairs {
    const listed = new ListedPairs();
    for (const a of sides) {
      for (const b of sides.slice(a.number + 1)) {
        const pairs = a.contents.flatMap((x) => b.contents.filter((y) => this.isFree(x, y)).map((y): ContentPair => [x, y]));
        listed.add(a, b, this.random.shuffle(pairs));
      }
    }
    return listed;
  }

  private isFree(x: number, y: number): boolean {
    return this.contents.different(x, y) && !this.used.has(this.keyOf(x, y));
  }

  private keyOf(x: number, y: number): number {
    return Math.min(x, y) * this.contents.count + Math.max(x, y);
  }

  private sidesOf(members: readonly number[]): Side[] {
    const byIdentity = new Map<number, number[]>();
    for (const content of members) {
      const [identity] = this.contents.identities[content]!;
      const list = byIdentity.get(identity!);
      if (list) list.push(content);
      else byIdentity.set(identity!, [content]);
    }
    return [...byIdentity.values()].map((list, number) => ({ number, contents: this.random.shuffle(list), next: 0, uses: 0 }));
  }
}

const CHOICE = 16; // pairs of which the one with the least used contents is taken

/** All pairs of each two sides that are not taken yet. */
class ListedPairs {
  count = 0;
  private readonly bySides = new Map<string, ContentPair[]>();
  private readonly uses = new Map<number, number>(); // by content

  add(a: Side, b: Side, pairs: ContentPair[]): void {
    this.bySides.set(keyOf(a, b), pairs);
    this.count += pairs.length;
  }

  take(a: Side, b: Side): ContentPair | null {
    const pairs = this.bySides.get(keyOf(a, b))!;
    if (pairs.length === 0) return null;
    const from = Math.max(0, pairs.length - CHOICE);
    let best = from;
    for (let i = from + 1; i < pairs.length; i++) if (this.usesOf(pairs[i]!) < this.usesOf(pairs[best]!)) best = i;
    const [pair] = pairs.splice(best, 1);
    for (const content of pair!) this.uses.set(content, (this.uses.get(content) ?? 0) + 1);
    return pair!;
  }

  private usesOf([x, y]: ContentPair): number {
    return (this.uses.get(x) ?? 0) + (this.uses.get(y) ?? 0);
  }
}

const keyOf = (a: Side, b: Side): string => (a.number < b.number ? `${a.number} ${b.number}` : `${b.number} ${a.number}`);
