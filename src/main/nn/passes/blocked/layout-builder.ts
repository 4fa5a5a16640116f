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
 * Builds a program in which some maps [N, C, H, W] are stored in blocks of b channels, as [N, C / b, H, W, b]. It tracks each
 * value's layout and its copy in the other layout, if any. The operations of `b` work on storage order: applied to a blocked map,
 * a reshape or transpose reinterprets its storage as row-major, without a copy.
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

  /** Whether maps of this many channels can be blocked. */
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

  /** x or its copy, whichever is blocked; else null. */
  blockedCopy(x: Value): Value | null {
    if (this.isBlocked(x)) return x;
    return this.otherLayout.get(x) ?? null;
  }

  /** Returns x's copy in `other`'s layout if one exists, so that the duplicate can be freed. */
  matchLayout(x: Value, other: Value): Value {
    return this.isBlocked(x) === this.isBlocked(other) ? x : (this.otherLayout.get(x) ?? x);
  }

  /** Reinterprets values in blocked storage order as a blocked map of `shape`. */
  asBlocked = (x: Value, shape: Shape): Value => this.markBlocked(this.b.reshape(x, shape));

  /** Another shape for the same storage, in the same layout, e.g. all channels of all images as the channels of one image. */
  regroup(x: Value, shape: Shape): Value {
    const regrouped = this.b.reshape(x, shape);
    return this.isBlocked(x) ? this.markBlocked(regrouped) : regrouped;
  }

  /** A convolution of an already blocked map and kernel. The map is row-major if it has fewer channels than a block. */
  conv(x: Value, kernel: Value, { bias = null, addend, ...attrs }: BlockedConvOptions): Value {
    const inputs = [x, kernel, ...(bias ? [bias] : []), ...(addend ? [addend] : [])];
    const [y] = this.b.append(blockedConv, inputs, { ...attrs, hasBias: bias !== null, hasAddend: addend !== undefined });
    return this.markBlocked(y!);
  }

  /** Mean over space of a blocked map: [N, C, H, W] -> [N, C, 1, 1], row-major. */
  spatialMean(x: Value): Value {
    return this.toRowMajor(this.markBlocked(this.b.append(blockedMean, [x], null)[0]!));
  }

  /** Calls `make` once per purpose and value: the gradients of a map and of a kernel may need the same reordered copy. */
  memoize(purpose: string, of: Value, make: () => Value): Value {
    const key = `${purpose} ${of.id}`;
    const result = this.memo.get(key) ?? make();
    this.memo.set(key, result);
    return result;
  }

  private inOtherLayout(x: Value, make: () => Value): Value {
    const existing = this.otherLayout.get(x);
    if (existing) return existing;
    const copy = make();
    this.otherLayout.set(x, copy);
    this.otherLayout.set(copy, x);
    return copy;
  }
}
