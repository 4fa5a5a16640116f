// Measures what maps cost: `node scripts/measure-map-cost.mjs [--backbone NAME] [--size PX] [--rounds N]`. In turn, it embeds two images and
// explains them by each method of one program, with random weights on the CPU, and prints the ratios to the forward pass of the two images.
// It asserts nothing: the figures depend on the machine.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { methodNamed } from '../src/main/nn/explain/index.ts';
import { onnxEngine } from '../src/main/nn/engines/onnx.ts';
import { initialTensors } from '../src/main/nn/initialise.ts';
import { embeddingTask, layerNames, siameseParams } from '../src/main/nn/siamese.ts';
import { NETWORKS } from '../src/shared/backbones.ts';
import { randomFor } from '../src/shared/random.ts';
import { TRAINING_OPTIONS } from '../src/shared/training-options/table.ts';
import { median } from './bench/compare.mjs';

const METHODS = /** @type {const} */ (['path', 'gradcam', 'detail']);
const CALLS = 5; // in a row: one takes milliseconds
const { values } = parseArgs({
  options: {
    backbone: { type: 'string', default: 'mobilenet_v2_035' },
    size: { type: 'string', default: '224' },
    rounds: { type: 'string', default: '40' },
  },
});
const backbone = NETWORKS.find((name) => name === values.backbone);
if (backbone === undefined) throw new Error(`There is no backbone ${values.backbone}. Choose from ${NETWORKS.join(', ')}.`);
const size = Number(values.size);

/** @type {import('../src/main/nn/siamese.ts').SiameseSpec} */
const spec = { backbone, flavour: 'torch', size, dim: TRAINING_OPTIONS.dim.default };
const weights = initialTensors(siameseParams(spec), 1);
const random = randomFor(1, 'images');
const images = Float32Array.from({ length: 2 * 3 * size ** 2 }, () => random.normal());
const engine = onnxEngine('cpu');

const embed = await engine.compile(embeddingTask(spec, 'image', 2), weights);
/** @type {[string, () => Promise<unknown>][]} */
const steps = [['forward pass', () => embed.run({ images })]];
for (const name of METHODS) {
  const explainer = methodNamed(name)(spec, layerNames(backbone).at(-1) ?? '');
  const task = explainer.tasks['maps'];
  if (task === undefined) throw new Error(`The method ${name} has more than one program.`);
  const program = await engine.compile(task, weights);
  const pair = { images, blurred: () => images };
  steps.push([name, () => explainer.explain((_, inputs) => program.run(inputs), pair)]);
}

/** Of a call, ms: wall clock, and processor time of all threads, which says more where other programs use the cores. */
const measured = steps.map(() => ({ wall: /** @type {number[]} */ ([]), cpu: /** @type {number[]} */ ([]) }));
for (let round = -2; round < Number(values.rounds); round++) {
  for (const [i, [, run]] of steps.entries()) {
    const [startedMs, before] = [performance.now(), process.cpuUsage()];
    for (let call = 0; call < CALLS; call++) await run();
    const { user, system } = process.cpuUsage(before);
    if (round < 0) continue;
    measured[i]?.wall.push((performance.now() - startedMs) / CALLS);
    measured[i]?.cpu.push((user + system) / 1000 / CALLS);
  }
}
const [first] = measured;
for (const [i, [name]] of steps.entries()) {
  const own = measured[i];
  if (!own || !first) continue;
  const ratios = (/** @type {'wall' | 'cpu'} */ kind) => own[kind].map((ms, round) => ms / (first[kind][round] ?? NaN)).sort((a, b) => a - b);
  const wall = ratios('wall');
  const quartile = (/** @type {number} */ share) => wall[Math.round(share * (wall.length - 1))]?.toFixed(3);
  console.log(
    `${name}: ${median(own.wall).toFixed(2)} ms, ${median(wall).toFixed(3)} times a forward pass (quartiles ${quartile(0.25)} to ${quartile(0.75)}); processor time ${median(ratios('cpu')).toFixed(3)} times`,
  );
}
