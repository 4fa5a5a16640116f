// Prints a program of the networks after each pass on its way to onnxruntime, one line an instruction with its shapes.
// Usage: npm run print-program -- [--task train|embed|explain] [--backbone NAME] [--scope head|last-stage|all]
//   [--batch-norm frozen|batch] [--pairs N] [--size PX] [--device cpu|webgpu|cuda|dml] [--block N] [--pass NAME]
// --block: channels in a block of the processor's layout, 8 with AVX2 and 16 with AVX-512; 0 is row-major. --pass: that one only.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { lowerGradients, lowerTask, lowerTraining } from '../src/main/nn/engines/onnx-lower.ts';
import { print } from '../src/main/nn/ir/build/print.ts';
import { initialTensors } from '../src/main/nn/initialise.ts';
import { contrastive } from '../src/main/nn/losses/contrastive.ts';
import { embeddingTask, explanationTask, layerNames, siameseParams, trainingTask } from '../src/main/nn/siamese.ts';

const TEXT = /** @type {const} */ ({ type: 'string' });
const { values } = parseArgs({
  options: {
    task: { ...TEXT, default: 'train' },
    backbone: { ...TEXT, default: 'compact' },
    scope: { ...TEXT, default: 'all' },
    'batch-norm': { ...TEXT, default: 'frozen' },
    pairs: { ...TEXT, default: '8' },
    size: { ...TEXT, default: '64' },
    device: { ...TEXT, default: 'cpu' },
    block: { ...TEXT, default: '0' },
    pass: TEXT,
  },
});

/** The command line's words are checked by what they are handed to. @param {string | undefined} word @returns {any} */
const unchecked = (word) => word;

const pairs = Number(values.pairs);
const spec = { backbone: unchecked(values.backbone), flavour: /** @type {const} */ ('torch'), size: Number(values.size), dim: 2 };
const device = unchecked(values.device);
const params = initialTensors(siameseParams(spec), 1);

/** @type {string[]} */
const passes = [];

/** @type {import('../src/main/nn/engines/onnx-lower.ts').Watch} */
const watch = (pass, program) => {
  passes.push(pass);
  if (values.pass === undefined || values.pass === pass)
    process.stdout.write(`\n== ${pass}: ${program.instructions.length} instructions\n${print(program)}`);
};

if (values.task === 'embed') lowerTask(embeddingTask(spec, 'image', 2 * pairs), params, device, watch);
else if (values.task === 'explain') lowerTask(explanationTask(spec, layerNames(spec.backbone).at(-1) ?? '', pairs), params, device, watch);
else {
  const optimizer = /** @type {const} */ ({ name: 'adamw', weightDecay: 1e-4, clipNorm: 1 });
  const options = { scope: unchecked(values.scope), batchNorm: unchecked(values['batch-norm']), loss: contrastive, margin: 2, optimizer };
  const task = trainingTask(spec, options, pairs);
  // WebGPU keeps the weights on the card, so its step includes the update; elsewhere the update follows outside the program.
  if (device === 'webgpu') lowerTraining(task, params, device, watch);
  else lowerGradients(task, params, device, Number(values.block), watch);
}
if (values.pass !== undefined && !passes.includes(values.pass)) {
  console.error(`There is no pass ${JSON.stringify(values.pass)} on the way of this program. Its passes: ${passes.join(', ')}.`);
  process.exitCode = 1;
}
