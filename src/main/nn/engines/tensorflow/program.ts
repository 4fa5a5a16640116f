import type { Tensor } from '@tensorflow/tfjs';
import type { Program, ProgramNode } from '../../emit.ts';
import type { Tf } from './library.ts';

type Step = (tf: Tf, inputs: Tensor[], node: ProgramNode, axes: ReadonlyMap<string, number[]>) => Tensor;

/** The operators that an update is written in. */
const STEPS: Readonly<Record<string, Step>> = {
  Add: (tf, [a, b]) => tf.add(a!, b!),
  Sub: (tf, [a, b]) => tf.sub(a!, b!),
  Mul: (tf, [a, b]) => tf.mul(a!, b!),
  Div: (tf, [a, b]) => tf.div(a!, b!),
  Min: (tf, [a, b]) => tf.minimum(a!, b!),
  Sqrt: (tf, [a]) => tf.sqrt(a!),
  Identity: (tf, [a]) => tf.clone(a!),
  ReduceSum: (tf, [a], node, axes) => tf.sum(a!, axes.get(node.inputs[1]!)),
};

/** An optimizer's update, ready to be run: the same program that the other engine is given as part of its step. */
export class Update {
  private readonly tf: Tf;
  private readonly program: Program;
  private readonly constants = new Map<string, Tensor>();
  private readonly axes = new Map<string, number[]>();
  private readonly lastUse = new Map<string, number>();

  constructor(tf: Tf, program: Program) {
    this.tf = tf;
    this.program = program;
    for (const { name, shape, data } of program.constants) {
      if (data instanceof Float32Array) this.constants.set(name, tf.tensor(data, [...shape], 'float32'));
      else this.axes.set(name, Array.from(data, Number));
    }
    program.nodes.forEach((node, i) => {
      for (const name of node.inputs) this.lastUse.set(name, i);
    });
    for (const { name } of program.outputs) this.lastUse.delete(name); // those are the caller's
    const unknown = program.nodes.find((node) => !(node.op in STEPS));
    if (unknown) throw new Error(`The TensorFlow engine knows no ${unknown.op} in an update.`);
  }

  /** The program's outputs by name; the inputs stay the caller's. */
  run(inputs: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
    const made = new Map<string, Tensor>();
    const find = (name: string): Tensor => made.get(name) ?? this.constants.get(name) ?? inputs.get(name)!;
    this.program.nodes.forEach((node, i) => {
      const operands = node.inputs.filter((name) => !this.axes.has(name)).map(find);
      made.set(
        node.outputs[0]!,
        this.tf.tidy(() => STEPS[node.op]!(this.tf, operands, node, this.axes)),
      );
      for (const name of node.inputs) {
        if (this.lastUse.get(name) !== i) continue;
        made.get(name)?.dispose();
        made.delete(name);
      }
    });
    return made;
  }

  dispose(): void {
    for (const tensor of this.constants.values()) tensor.dispose();
  }
}
