import type { Program } from '../program.ts';
import type { Value } from '../value.ts';

/** A program as text: one line per instruction, with the shapes of its results. For developers. */
export function print(program: Program): string {
  const names = new Map<Value, string>();
  for (const [name, value] of program.inputs) names.set(value, name);
  for (const [name, { value }] of program.params) names.set(value, name);
  for (const [value, { data, name }] of program.constants)
    names.set(value, name ?? (data.length === 1 ? String(data[0]) : `constant[${value.shape}]`));
  const nameOf = (value: Value): string => names.get(value) ?? `%${value.id}`;
  const typeOf = ({ dtype, shape }: Value): string => `${dtype}[${shape}]`;
  return [
    ...[...program.inputs].map(([name, value]) => `input ${name}: ${typeOf(value)}`),
    ...program.instructions.map(({ operation, inputs, attrs, outputs }) => {
      const settings = attrs === null ? '' : ` ${JSON.stringify(attrs, (_, value: unknown) => (value === Infinity ? 'Infinity' : value))}`;
      return `${outputs.map((value) => `${nameOf(value)}: ${typeOf(value)}`).join(', ')} = ${operation.name}(${inputs.map(nameOf).join(', ')})${settings}`;
    }),
    ...[...program.outputs].map(([name, value]) => `output ${name} = ${nameOf(value)}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
