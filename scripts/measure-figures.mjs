// Measures what the figures of a run cost on a large test split: `node scripts/measure-figures.mjs [--images 10000] [--pairs 20000] [--length 1285]`.
// Random features of 20 classes stand for the network's (`--length` numbers of an embedding; the default is that of a linear probe on MobileNetV2
// 0.35 with 5 classes), so nothing is read or embedded. Prints wall and processor seconds of each part, and the peak of memory.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Gallery, centredGallery } from '../src/main/compute/structure/gallery.ts';
import { neighboursOf } from '../src/main/compute/structure/neighbours.ts';
import { openEngine } from '../src/main/compute/engine/engine-choice.ts';
import { fitCalibration } from '../src/main/domain/evaluate/calibrate.ts';
import { pairDistances } from '../src/main/domain/evaluate/distances.ts';
import { metricsOf } from '../src/main/domain/evaluate/metrics.ts';
import { reliabilityOf } from '../src/main/domain/evaluate/reliability.ts';
import { imageUnitsOfPairs } from '../src/main/domain/evaluate/units.ts';
import { evaluationPairs } from '../src/main/domain/pairs/evaluation-pairs.ts';
import { Relevance } from '../src/main/domain/retrieval/relevance.ts';
import { retrievalFigures } from '../src/main/domain/retrieval/summary.ts';
import { chooseQueries } from '../src/main/domain/structure/items.ts';
import { similarityOf } from '../src/shared/calibration.ts';
import { randomFor } from '../src/shared/random.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '10000' },
    pairs: { type: 'string', default: '20000' },
    length: { type: 'string', default: '1285' },
  },
});
const [n, wanted, length] = [values.images, values.pairs, values.length].map(Number);
const [CLASSES, CHANNELS] = [20, 1280];
const random = randomFor(1, 'figures');

/** Rows [n, d] of length 1 around the centre of their class. @param {number} d */
function rowsOf(d) {
  const noise = Float32Array.from({ length: 1 << 16 }, () => random.normal());
  const rows = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const [start, centre] = [random.below(1 << 16), (i % CLASSES) * 997];
    let squares = 0;
    for (let k = 0; k < d; k++) {
      const x = noise[(start + k) & 0xffff] + noise[(centre + k) & 0xffff];
      squares += x * x;
      rows[i * d + k] = x;
    }
    for (let k = 0; k < d; k++) rows[i * d + k] /= Math.sqrt(squares);
  }
  return rows;
}

let [wall, cpu] = [0, 0];
/** @template T @param {string} title @param {() => T | Promise<T>} work */
async function timed(title, work) {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const used = process.cpuUsage(before);
  const [seconds, processor] = [(performance.now() - began) / 1000, (used.user + used.system) / 1e6];
  [wall, cpu] = [wall + seconds, cpu + processor];
  console.log(`| ${title} | ${seconds.toFixed(2)} | ${processor.toFixed(2)} |`);
  return result;
}

const [embeddings, features] = [rowsOf(length), rowsOf(CHANNELS)];
const images = Array.from({ length: n }, (_, i) => ({
  id: i,
  className: `c${i % CLASSES}`,
  group: null,
  content: `${i}`,
  identity: `c${i % CLASSES}`,
}));
console.log('| part | wall, s | processor, s |\n| --- | --- | --- |');
const drawn = await timed('drawing the pairs', () => evaluationPairs(images, random));
const pairs = drawn.slice(0, wanted);
const labels = pairs.map(({ label }) => label);
const units = imageUnitsOfPairs(pairs);
const rowOf = new Map(images.map(({ id }, row) => [id, row]));
const distances = await timed('distances', () => pairDistances(pairs, embeddings, rowOf));
const calibration = await timed('curve, with its interval and cross-fitted', () => fitCalibration(distances, labels, units, 'log-odds'));
await timed('metrics with intervals', () => metricsOf(distances, labels, calibration.threshold, 'test', units));
await timed('calibration error', () =>
  reliabilityOf(
    labels,
    Array.from(distances, (d) => similarityOf(d, calibration)),
    units,
  ),
);
const identities = images.map((_, i) => [i % CLASSES]);
const relevance = new Relevance(identities);
const { queries, fullCount } = chooseQueries({ test: n, positions: new Int32Array(n) }, length + CHANNELS, random);
const engine = await openEngine('onnx', 'cpu');
const signal = new AbortController().signal;
/** @param {Gallery} gallery @param {'embedding' | 'features'} space */
const rank = (gallery, space) =>
  neighboursOf({ gallery, space, queries, fullCount, test: relevance, all: relevance }, engine, { signal, onDone: () => undefined });
const found = await timed(`neighbours of ${queries.length} test images, by embedding`, () => rank(centredGallery(embeddings, length), 'embedding'));
const byFeatures = await timed('neighbours by raw cosine', () => {
  const gallery = new Gallery(n, CHANNELS);
  for (let i = 0; i < n; i++) gallery.setUnit(i, features.subarray(i * CHANNELS, (i + 1) * CHANNELS));
  return rank(gallery, 'features');
});
await timed('figures of neighbours', () =>
  retrievalFigures(
    queries.flatMap((unit, i) => {
      const [embedding, raw] = [found[i]?.test, byFeatures[i]?.test];
      return embedding && raw ? [{ unit, embedding, features: raw }] : [];
    }),
  ),
);
console.log(`| all | ${wall.toFixed(2)} | ${cpu.toFixed(2)} |`);
console.log(`\nPeak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB.`);
