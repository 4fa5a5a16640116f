import type { ConvAttrs } from '../../ir/attributes.ts';
import type { ProgramBuilder } from '../../ir/build/builder.ts';
import type { Operation } from '../../ir/primitive.ts';
import type { Shape, Value } from '../../ir/value.ts';
import { blockedConv, blockedMean, reorderInput, reorderOutput } from './operations.ts';

export interface BlockedConvOptions extends ConvAttrs {
  bias?: Value | null; // [O]
  addend?: Value; // of the result's shape, blocked
}

/**
 * Writes a program in which some maps [N, C, H, W] are stored in blocks of b channels, as [N, C / b, H, W, b]. It knows each value's
 * layout, and its copy in the other layout where there is one. The operations of `b` read numbers as they are stored: applied
 * to a blocked map, a reshape or transposition reinterprets its storage as row-major, without a copy.
 */
export class LayoutBuilder {
  readonly b: ProgramBuilder<Operation>;
  readonly block: number; // channels
  private readonly blockedValues = new Set<Value>();
  private readonly otherLayout = new Map<Value, Value>();
  private readonly memo = new Map<string, Value>();

  constructor(b: ProgramBuilder<Operation>, block: number) {
    this.b = b;
    this.block = block;
  }

  isBlocked = (x: Value): boolean => this.blockedValues.has(x);

  /** Whether maps of so many channels can be stored in blocks. */
  fits = (channels: number): boolean => channels % this.block === 0;

  markBlocked(x: Value): Value {
    this.blockedValues.add(x);
    return x;
  }

  toBlocked(x: Value): Value {
    if (this.isBlocked(x)) return x;
    return this.inOtherLayout(x, () => this.markBlocked(this.b.append(reorderInput, [x], null)[0]!));
  }

  toRowMajor(x: Value): Value {
    if (!this.isBlocked(x)) return x;
    return this.inOtherLayout(x, () => this.b.append(reorderOutput, [x], null)[0]!);
  }

  /** x in blocked layout if it is stored so, or if a copy of it is; else null. */
  blockedCopy(x: Value): Value | null {
    if (this.isBlocked(x)) return x;
    return this.otherLayout.get(x) ?? null;
  }

  /** Returns x's copy in `other`'s layout if one exists, so that the duplicate can be freed. */
  matchLayout(x: Value, other: Value): Value {
    return this.isBlocked(x) === this.isBlocked(other) ? x : (this.otherLayout.get(x) ?? x);
  }

  /** What was computed in the order of blocked storage, as a blocked map of this shape. */
  asBlocked = (x: Value, shape: Shape): Value => this.markBlocked(this.b.reshape(x, shape));

  /** Another shape for the same storage, in the same layout: images and channels may become channels of one image. */
  regroup(x: Value, shape: Shape): Value {
    const regrouped = this.b.reshape(x, shape);
    return this.isBlocked(x) ? this.markBlocked(regrouped) : regrouped;
  }

  /** A convolution of a map and a kernel that are blocked already. */
  conv(x: Value, kernel: Value, { bias = null, addend, ...attrs }: BlockedConvOptions): Value {
    const inputs = [x, kernel, ...(bias ? [bias] : []), ...(addend ? [addend] : [])];
    const [y] = this.b.append(blockedConv, inputs, { ...attrs, hasBias: bias !== null, hasAddend: addend !== undefined });
    return this.markBlocked(y!);
  }

  /** Mean over space of a blocked map: [N, C, H, W] -> [N, C, 1, 1], row-major. */
  spatialMean(x: Value): Value {
    return this.toRowMajor(this.markBlocked(this.b.append(blockedMean, [x], null)[0]!));
  }

  /** What `make` writes for a map, written once: its own gradient and its kernel's may want the same. */
  memoize(what: string, of: Value, make: () => Value): Value {
    const key = `${what} ${of.id}`;
    const known = this.memo.get(key);
    if (known) return known;
    const made = make();
    this.memo.set(key, made);
    return made;
  }

  private inOtherLayout(x: Value, make: () => Value): Value {
    const known = this.otherLayout.get(x);
    if (known) return known;
    const made = make();
    this.otherLayout.set(x, made);
    this.otherLayout.set(made, x);
    return made;
  }
}
