// Which provider ran which operator, on WebGPU: printed as JSON. A program of its own, see webgpu.test.ts.
import { Emitter } from '../../src/main/nn/emit.ts';
import { compileProgram } from '../../src/main/nn/engines/onnx.ts';

const e = new Emitter('webgpu');
const x = e.input('x', [1, 2, 4, 4]);
const pooled = e.node('MaxPool', [e.add(x, e.scalar(1))], [1, 2, 2, 2], { kernel_shape: [2, 2], strides: [2, 2] });
e.output(e.node('Sum', [pooled, pooled, pooled], pooled.shape), 'y');
const providers: Record<string, string> = {};
const exe = await compileProgram(e.program, 'webgpu', (events) => {
  for (const { args } of events) if (args?.provider && args.op_name && !args.op_name.startsWith('Memcpy')) providers[args.op_name] = args.provider;
});
await exe.run({ x: new Float32Array(32) });
await exe.dispose();
console.log(JSON.stringify(providers));
