// Prints which provider ran which operator on WebGPU, as JSON. A separate program, see webgpu.test.ts.
import { compileProgram } from '../../src/main/nn/engines/onnx.ts';
import { ProgramBuilder } from '../../src/main/nn/ir/build/builder.ts';
import type { Operation } from '../../src/main/nn/ir/primitive.ts';

/** The sum of many tensors, which only the CPU provider has. */
const sumOfMany: Operation<null> = { name: 'sumOfMany', types: ([x]) => [x!], onnx: () => ({ op: 'Sum' }) };

const b = new ProgramBuilder<Operation>();
const pooled = b.maxPool(b.add(b.input('x', [1, 2, 4, 4]), b.scalar(1)), { kernel: 2, stride: 2, pad: 0 });
b.output('y', b.append(sumOfMany, [pooled, pooled, pooled], null)[0]!);
const providers: Record<string, string> = {};
const exe = await compileProgram(b, 'webgpu', (events) => {
  for (const { args } of events) if (args?.provider && args.op_name && !args.op_name.startsWith('Memcpy')) providers[args.op_name] = args.provider;
});
await exe.run({ x: new Float32Array(32) });
await exe.dispose();
console.log(JSON.stringify(providers));
