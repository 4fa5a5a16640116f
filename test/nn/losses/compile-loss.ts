import { onTestFinished } from 'vitest';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { toUnitLength } from '../../../src/main/nn/functional/unit-length.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { sizeOf, type TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { type Loss, type LossOptions, SAMPLES } from '../../../src/main/nn/losses/loss.ts';

export interface LossAt {
  loss: number;
  gradient: Float32Array; // by the embeddings [rows, dim]
  distances: Float32Array; // as reported
  parameters: Record<string, Float32Array>; // gradients by the loss's own parameters
}

/**
 * Returns a function from embeddings [rows, dim] to their loss and its gradients. Compiled once: for each point, that took most of the time.
 * `own`: the loss's parameters; `unit`: embeddings are scaled to length 1 first.
 */
export async function compileLoss(
  engine: Engine,
  loss: Loss,
  labels: readonly number[],
  { dim, own = new Map(), unit = false, ...options }: LossOptions & { dim: number; own?: TensorMap; unit?: boolean },
): Promise<(values: Float32Array) => Promise<LossAt>> {
  const program = new ProgramBuilder();
  const shape = [SAMPLES[loss.samples].images * labels.length, dim];
  const offset = program.param({ name: 'offset', shape, kind: 'weight' }); // 0, as only a parameter has a gradient
  const moved = program.add(program.input('values', shape), offset);
  const embedding = unit ? toUnitLength(program, moved) : moved;
  const built = loss.build(program, embedding, program.input('labels', [labels.length]), options);
  const task = { program, outputs: built, gradients: { of: built.loss, wrt: ['offset', ...own.keys()] } };
  const exe = await engine.compile(task, new Map([['offset', { shape, data: new Float32Array(sizeOf(shape)) }], ...own]));
  onTestFinished(() => exe.dispose());
  return async (values) => {
    const out = await exe.run({ values, labels: Float32Array.from(labels) });
    const parameters = Object.fromEntries([...own.keys()].map((name) => [name, out[`gradient:${name}`]!.slice()]));
    return { loss: out['loss']![0]!, gradient: out['gradient:offset']!.slice(), distances: out['distances']!.slice(), parameters };
  };
}
