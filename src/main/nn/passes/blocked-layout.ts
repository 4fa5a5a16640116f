import { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operation } from '../ir/primitive.ts';
import { isOf, type Instruction, type Program, producers } from '../ir/program.ts';
import { PRIMITIVES } from '../ir/primitives/index.ts';
import type { Value } from '../ir/value.ts';
import { channelwise, channelwisePatterns, type Patterns } from './blocked/channelwise.ts';
import { convolution, fitsKernel } from './blocked/conv.ts';
import { inputGradient } from './blocked/input-gradient.ts';
import { denseKernelGradient, depthwiseKernelGradient, fitsKernelGradient } from './blocked/kernel-gradient.ts';
import { LayoutBuilder } from './blocked/layout-builder.ts';
import { prune } from './prune.ts';

/**
 * Stores feature maps in blocks of `block` channels (NCHWc) wherever convolutions are computed, and converts to row-major where
 * something else needs it. Convolutions and their gradients are written as blocked convolutions where their sizes allow it;
 * elementwise operations take the layout of their operands.
 */
export function blockedLayout(program: Program, block: number): Program {
  return prune(new BlockedLayout(program, block).run());
}

class BlockedLayout {
  private readonly program: Program;
  private readonly l: LayoutBuilder;
  private readonly patterns: Patterns;
  private readonly makers: ReadonlyMap<Value, Instruction>;
  private readonly values = new Map<Value, Value>(); // of the program -> of the one that is written

  constructor(program: Program, block: number) {
    this.program = program;
    this.l = new LayoutBuilder(ProgramBuilder.rewriting<Operation>(program), block);
    this.patterns = channelwisePatterns(program);
    this.makers = producers(program);
  }

  run(): Program {
    for (const i of this.program.instructions) if (!this.patterns.absorbed.has(i)) this.write(i);
    for (const [name, value] of this.program.outputs) this.l.b.output(name, this.l.toRowMajor(this.at(value)));
    return this.l.b;
  }

  private write(i: Instruction): void {
    const result = this.blocked(i);
    if (result) this.values.set(i.outputs[0]!, result);
    else this.l.b.appendInstruction({ ...i, inputs: i.inputs.map((value) => this.l.toRowMajor(this.at(value))) });
  }

  /** In whichever layout it was computed. What a pattern left to its root is written when it turns out to be needed. */
  private readonly at = (value: Value): Value => {
    const maker = this.makers.get(value);
    if (maker && this.patterns.absorbed.has(maker) && !this.values.has(value)) this.writeAbsorbed(maker, value);
    return this.values.get(value) ?? value;
  };

  private writeAbsorbed(maker: Instruction, value: Value): void {
    const [result] = [this.elementwise(maker)];
    if (result) this.values.set(value, result);
    else {
      this.l.b.appendInstruction({ ...maker, inputs: maker.inputs.map((input) => this.l.toRowMajor(this.at(input))) });
      this.values.set(value, value);
    }
  }

  /** The first result, where there is a blocked form; null where the instruction stays as it is, on row-major values. */
  private blocked(i: Instruction): Value | null {
    const { l } = this;
    const pattern = this.patterns.roots.get(i);
    if (pattern) {
      const written = channelwise(l, pattern, this.at);
      if (written) return written;
    }
    if (i.operation.elementwise) return this.elementwise(i);
    const [a, b, c] = i.inputs.map(this.at);
    if (isOf(i, PRIMITIVES.conv)) {
      return fitsKernel(l, b!.shape, i.attrs) ? convolution(l, a!, l.toRowMajor(b!), c ?? null, i.attrs) : null;
    }
    if (isOf(i, PRIMITIVES.convInputGradient)) {
      const { size: _size, ...attrs } = i.attrs;
      return fitsKernel(l, b!.shape, attrs) ? inputGradient(l, i.outputs[0]!.shape, l.toRowMajor(b!), a!, attrs) : null;
    }
    if (isOf(i, PRIMITIVES.convKernelGradient)) {
      const { size: _size, ...attrs } = i.attrs;
      const { shape } = i.outputs[0]!;
      if (attrs.groups > 1) return fitsKernel(l, shape, attrs) ? depthwiseKernelGradient(l, a!, shape, b!, attrs) : null;
      return fitsKernelGradient(l, a!, shape) ? denseKernelGradient(l, a!, shape, b!, attrs) : null;
    }
    return null;
  }

  /** Blocked where one operand is and the others can be: they have the same shape, or are single numbers. */
  private elementwise(i: Instruction): Value | null {
    const { l } = this;
    const operands = i.inputs.map(this.at);
    if (isOf(i, PRIMITIVES.clampGradient)) operands[1] = l.matchLayout(operands[1]!, operands[0]!);
    const { shape } = i.outputs[0]!;
    const canBeBlocked = operands.every((x) => x.shape.length === 0 || x.shape.join() === shape.join());
    if (!canBeBlocked || !operands.some(l.isBlocked)) return null;
    const inputs = operands.map((x) => (x.shape.length === 0 ? x : l.toBlocked(x)));
    return l.markBlocked(l.b.append(i.operation, inputs, i.attrs)[0]!);
  }
}
