import type { Constant, Program } from '../ir/program.ts';
import type { Operation } from '../ir/primitive.ts';
import type { TensorMap } from '../ir/tensor.ts';
import type { Value } from '../ir/value.ts';

/** Turns the parameters named in `inputParams` into inputs and the others into constants. Throws where a constant has no values. */
export function bindParams<O extends Operation>(program: Program<O>, values: TensorMap, inputParams: ReadonlySet<string> = new Set()): Program<O> {
  const inputs = new Map(program.inputs);
  const constants = new Map<Value, Constant>(program.constants);
  const isRead = new Set(program.instructions.flatMap((i) => i.inputs));
  for (const [name, { value }] of program.params) {
    if (inputParams.has(name)) inputs.set(name, value);
    else if (isRead.has(value)) constants.set(value, { name, data: valuesOf(values, name, value) });
  }
  return { ...program, inputs, constants, params: new Map() };
}

function valuesOf(values: TensorMap, name: string, { shape }: Value): Float32Array {
  const tensor = values.get(name);
  if (!tensor) throw new Error(`The parameter ${name} has no values.`);
  if (tensor.shape.join() !== shape.join()) throw new Error(`The parameter ${name} is [${tensor.shape}], not [${shape}].`);
  return tensor.data;
}
