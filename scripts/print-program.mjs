// Prints the program of a network after each pass of the compiler. `npm run print-program -- --help` lists the options.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { lowerGradients, lowerTask, lowerTraining } from '../src/main/nn/engines/onnx-lower.ts';
import { print } from '../src/main/nn/ir/build/print.ts';
import { initialTensors } from '../src/main/nn/initialise.ts';
import { lossOf } from '../src/main/nn/losses/index.ts';
import { gradCamTask } from '../src/main/nn/explain/gradcam.ts';
import { embeddingTask, layerNames, siameseParams, trainingTask } from '../src/main/nn/siamese.ts';
import { NETWORKS } from '../src/shared/backbones.ts';
import { LOSS_INFO } from '../src/shared/losses.ts';
import { choiceValues, DEVICES } from '../src/shared/training-options/table.ts';

/** @type {Record<string, readonly string[]>} */
const CHOICES = {
  task: ['train', 'embed', 'explain'],
  backbone: NETWORKS,
  scope: choiceValues('scope'),
  'batch-norm': choiceValues('batchNorm'),
  loss: Object.keys(LOSS_INFO),
  device: DEVICES,
};

const HELP = `Usage: npm run --silent print-program -- [options]

Prints the program of a network after each pass of the compiler, one instruction per line with its shapes.

  --task NAME        ${CHOICES['task']?.join(', ')} (default: train)
  --backbone NAME    ${CHOICES['backbone']?.join(', ')} (default: compact)
  --scope NAME       trained layers: ${CHOICES['scope']?.join(', ')} (default: all); for train
  --batch-norm NAME  ${CHOICES['batch-norm']?.join(', ')} (default: frozen); for train
  --loss NAME        ${CHOICES['loss']?.join(', ')} (default: contrastive); for train
  --pairs N          pairs per step (default: 8)
  --size PX          image size (default: 64)
  --device NAME      ${CHOICES['device']?.join(', ')} (default: cpu)
  --block N          channels in a block of the CPU's layout: 8 with AVX2, 16 with AVX-512, 0 for row-major (default: 0); for train
  --pass NAME        print the program after this pass only
  --help             print this text
`;

const TEXT = /** @type {const} */ ({ type: 'string' });
const { values } = parseArgs({
  options: {
    task: { ...TEXT, default: 'train' },
    backbone: { ...TEXT, default: 'compact' },
    scope: { ...TEXT, default: 'all' },
    'batch-norm': { ...TEXT, default: 'frozen' },
    loss: { ...TEXT, default: 'contrastive' },
    pairs: { ...TEXT, default: '8' },
    size: { ...TEXT, default: '64' },
    device: { ...TEXT, default: 'cpu' },
    block: { ...TEXT, default: '0' },
    pass: TEXT,
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit();
}

/** The value of an option with a fixed list of values. Exits with code 2 for any other value. @param {keyof typeof values} name @returns {any} */
function choiceOf(name) {
  const value = String(values[name]);
  const known = CHOICES[name] ?? [];
  if (known.includes(value)) return value;
  console.error(`--${name} must be one of ${known.join(', ')}, not ${JSON.stringify(value)}.`);
  process.exit(2);
}

const pairs = Number(values.pairs);
const spec = { backbone: choiceOf('backbone'), flavour: /** @type {const} */ ('torch'), size: Number(values.size), dim: 2 };
const device = choiceOf('device');
const task = choiceOf('task');
const params = initialTensors(siameseParams(spec), 1);

/** @type {string[]} */
const passes = [];

/** @type {import('../src/main/nn/engines/onnx-lower.ts').OnPass} */
const onPass = (pass, program) => {
  passes.push(pass);
  if (values.pass === undefined || values.pass === pass)
    process.stdout.write(`\n== ${pass}: ${program.instructions.length} instructions\n${print(program)}`);
};

if (task === 'embed') lowerTask(embeddingTask(spec, 'image', 2 * pairs), params, device, onPass);
else if (task === 'explain') lowerTask(gradCamTask(spec, layerNames(spec.backbone).at(-1) ?? '', pairs), params, device, onPass);
else {
  const optimizer = /** @type {const} */ ({ name: 'adamw', weightDecay: 1e-4, clipNorm: 1 });
  const options = { scope: choiceOf('scope'), batchNorm: choiceOf('batch-norm'), loss: lossOf(choiceOf('loss')), margin: 2, optimizer };
  const step = trainingTask(spec, options, pairs);
  // WebGPU keeps the weights on the card, so its step includes the update; elsewhere the update follows outside the program.
  if (device === 'webgpu') lowerTraining(step, params, device, onPass);
  else lowerGradients(step, params, device, Number(values.block), onPass);
}
if (values.pass !== undefined && !passes.includes(values.pass)) {
  console.error(`This program has no pass ${JSON.stringify(values.pass)}. Its passes: ${passes.join(', ')}.`);
  process.exitCode = 1;
}
