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
 * Stores the feature maps of convolutions in blocks of `block` channels (NCHWc) and converts them to row-major for other
 * operations. Convolutions and their gradients become blocked convolutions where their sizes allow it. Elementwise operations
 * use the layout of their operands.
 */
export function blockedLayout(program: Program, block: number): Program {
  return prune(new BlockedLayout(program, block).run());
}

class BlockedLayout {
  private readonly program: Program;
  private readonly l: LayoutBuilder;
  private readonly patterns: Patterns;
  private readonly producerOf: ReadonlyMap<Value, Instruction>;
  private readonly values = new Map<Value, Value>(); // of the source program -> of the result

  constructor(program: Program, block: number) {
    this.program = program;
    this.l = new LayoutBuilder(ProgramBuilder.rewriting<Operation>(program), block);
    this.patterns = channelwisePatterns(program);
    this.producerOf = producers(program);
  }

  run(): Program {
    for (const i of this.program.instructions) if (!this.patterns.absorbed.has(i)) this.append(i);
    for (const [name, value] of this.program.outputs) this.l.b.output(name, this.l.toRowMajor(this.resultOf(value)));
    return this.l.b;
  }

  private append(i: Instruction): void {
    const result = this.appendBlocked(i);
    if (result) this.values.set(i.outputs[0]!, result);
    else this.appendRowMajor(i);
  }

  private appendRowMajor(i: Instruction): void {
    this.l.b.appendInstruction({ ...i, inputs: i.inputs.map((value) => this.l.toRowMajor(this.resultOf(value))) });
  }

  /** The result for a value of the source program, in the layout in which it was computed. Absorbed instructions are appended on demand. */
  private readonly resultOf = (value: Value): Value => {
    const producer = this.producerOf.get(value);
    if (producer && this.patterns.absorbed.has(producer) && !this.values.has(value)) this.appendAbsorbed(producer, value);
    return this.values.get(value) ?? value;
  };

  private appendAbsorbed(producer: Instruction, value: Value): void {
    const result = this.appendElementwise(producer);
    if (!result) this.appendRowMajor(producer);
    this.values.set(value, result ?? value);
  }

  /** The first result of the instruction's blocked form; null where it has none and runs on row-major values. */
  private appendBlocked(i: Instruction): Value | null {
    const { l } = this;
    const pattern = this.patterns.roots.get(i);
    const result = pattern ? channelwise(l, pattern, this.resultOf) : null;
    if (result) return result;
    if (i.operation.elementwise) return this.appendElementwise(i);
    const [a, b, c] = i.inputs.map(this.resultOf);
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

  /** Blocked if one operand is blocked and the others can be: they have its shape or are scalars. Otherwise null. */
  private appendElementwise(i: Instruction): Value | null {
    const { l } = this;
    const operands = i.inputs.map(this.resultOf);
    if (isOf(i, PRIMITIVES.clampGradient)) operands[1] = l.matchLayout(operands[1]!, operands[0]!);
    const { shape } = i.outputs[0]!;
    const canBeBlocked = operands.every((x) => x.shape.length === 0 || x.shape.join() === shape.join());
    if (!canBeBlocked || !operands.some(l.isBlocked)) return null;
    const inputs = operands.map((x) => (x.shape.length === 0 ? x : l.toBlocked(x)));
    return l.markBlocked(l.b.append(i.operation, inputs, i.attrs)[0]!);
  }
}
