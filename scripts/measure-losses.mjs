// Compares the losses: `node scripts/measure-losses.mjs --weights FOLDER [--backbone NAME] [--seeds 1,2,3] [--losses NAMES] [--split KIND]
// [--json FILE] FOLDER…`, after a build.
// Each folder is imported once for each seed, which divides its images anew. On each, the head of the network (MobileNetV2 0.35) is trained with
// every loss, from a linear probe and from random weights. Prints for each loss the mean over seeds of the AUC on test pairs and of Recall@1
// among the test images (images without another of their class left out), beside the raw cosine of the pooled features. A training takes seconds, as features are cached.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { embedFrom } from '../src/main/compute/embed/embed.ts';
import { openSource, partsOf } from '../src/main/compute/embed/feature-source.ts';
import { openEngine } from '../src/main/compute/engine/engine-choice.ts';
import { withoutEncoder } from '../src/main/compute/engine/network-engine.ts';
import { DatasetImages } from '../src/main/compute/images/dataset-images.ts';
import { readModel } from '../src/main/compute/model/checkpoint.ts';
import { train } from '../src/main/compute/train/train-loop.ts';
import { openStore } from '../src/main/db/store.ts';
import { pairDistance } from '../src/main/domain/evaluate/distances.ts';
import { aucOf } from '../src/main/domain/evaluate/roc.ts';
import { ImageTable, unpackPairs } from '../src/main/domain/pairs/packed.ts';
import { curatedStore } from '../src/main/features/dataset/curated.ts';
import { rowsInThisThread } from '../src/main/features/dataset/rows.ts';
import { configFor } from '../src/main/features/training/defaults.ts';
import { openWorkspace } from '../src/main/foundation/workspace.ts';
import { specOf } from '../src/main/nn/siamese.ts';
import { SAME_CLASS } from '../src/shared/pair-relation.ts';
import { startServer } from './measure/server.mjs';

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    weights: { type: 'string' },
    backbone: { type: 'string', default: 'mobilenet_v2_035' },
    seeds: { type: 'string', default: '1,2,3' },
    losses: { type: 'string' }, // separated by commas; default: all
    split: { type: 'string' }, // of an import, such as unseen-classes; default: as for any import
    json: { type: 'string' }, // every figure
  },
});
if (values.weights === undefined || folders.length === 0) throw new Error('Name the weights (--weights) and folders of images.');
const seeds = values.seeds.split(',').map(Number);
const weights = path.resolve(values.weights);
const network = /** @type {const} */ ({ backbone: /** @type {'mobilenet_v2_035'} */ (values.backbone), scope: 'head', weights });

/** @typedef {Partial<import('../src/shared/contract.ts').TrainRequest>} Choices */
/** @type {[string, Choices][]} */
const ALL_KINDS = [
  ['contrastive, random head (published)', { loss: 'contrastive', headStart: 'random' }],
  ['triplet, random head', { loss: 'triplet', headStart: 'random' }],
  ['multi-similarity, random head', { loss: 'multi-similarity', headStart: 'random' }],
  ['supervised contrastive, random head', { loss: 'supcon', headStart: 'random' }],
  ['ArcFace, random head', { loss: 'arcface', headStart: 'random' }],
  ['contrastive, from a probe', { loss: 'contrastive' }],
  ['triplet, from a probe', { loss: 'triplet' }],
  ['multi-similarity, from a probe', { loss: 'multi-similarity' }],
  ['supervised contrastive, from a probe', { loss: 'supcon' }],
  ['ArcFace, from a probe', { loss: 'arcface' }],
  ['linear probe', { loss: 'probe' }],
];
const names = values.losses?.split(',');
const KINDS = ALL_KINDS.filter(([, { loss }]) => names === undefined || names.includes(String(loss)));

const base = mkdtempSync(path.join(os.tmpdir(), 'twinlens losses '));
const folder = path.join(base, 'workspace');

/** Imports every folder with every seed, and caches the features of each folder by a training. Returns the data sets and the weights' facts. */
async function prepare() {
  const { call, endOf, stop } = await startServer({ workspace: folder, settings: path.join(base, 'settings.json') });
  try {
    const sets = [];
    let about = null;
    for (const images of folders) {
      for (const seed of seeds) {
        const name = `${path.basename(images)} ${seed}`;
        const split = values.split === undefined ? {} : { splits: values.split };
        const { result } = await endOf((await call('datasets.import', { folder: path.resolve(images), name, splitSeed: seed, ...split })).job);
        sets.push({ folder: path.basename(images), seed, dataset: /** @type {string} */ (result.dataset) });
        if (seed !== seeds[0]) continue;
        const { result: trained } = await endOf((await call('runs.start', { dataset: result.dataset, ...network, loss: 'probe' })).job);
        about = (await call('runs.get', { run: trained.run })).config.weights;
      }
    }
    return { sets, about };
  } finally {
    await stop();
  }
}

/** AUC on the test pairs, Recall@1 among the test images. `distance`: of two rows. @param {any} test @param {(a: number, b: number) => number} distance */
function figuresOf({ pairs, images, rowOf }, distance) {
  const auc = aucOf(
    pairs.map((/** @type {any} */ { a, b }) => distance(rowOf.get(a), rowOf.get(b))),
    pairs.map((/** @type {any} */ { label }) => label),
  );
  let [found, queries] = [0, 0];
  for (const [i, { className }] of images.entries()) {
    if (!images.some((/** @type {any} */ other, /** @type {number} */ j) => j !== i && other.className === className)) continue;
    queries++;
    let [nearest, least] = [-1, Infinity];
    for (let j = 0; j < images.length; j++) {
      const d = j === i ? Infinity : distance(i, j);
      if (d < least) [nearest, least] = [j, d];
    }
    if (images[nearest].className === className) found++;
  }
  return { auc, recall: found / queries };
}

/** @type {Map<string, { folder: string, seed: number, auc: number, recall: number, epochs: number, best: number }[]>} */
const figures = new Map();
const add = (/** @type {string} */ kind, /** @type {any} */ row) => figures.set(kind, [...(figures.get(kind) ?? []), row]);

try {
  const { sets, about } = await prepare();
  const workspace = openWorkspace(folder, { write: false });
  const store = curatedStore(openStore(workspace, { write: false, command: 'measure-losses' }));
  const rows = rowsInThisThread(store);
  const caches = { features: workspace.features, pixels: workspace.pixels };
  const engine = await openEngine('onnx', 'cpu');
  for (const { folder: name, seed, dataset } of sets) {
    const summary = store.datasets.get(dataset);
    const { root } = store.datasets.header(dataset);
    for (const [k, [kind, choices]] of KINDS.entries()) {
      const config = configFor({ dataset, ...network, ...choices, seed, engine: 'onnx', device: 'cpu' }, about, summary);
      const training = await rows.trainingRows(dataset, SAME_CLASS, config.pairRecipe);
      const model = { folder: path.join(base, `${dataset} ${k}`), config, sha256: null, epochs: 0 };
      mkdirSync(model.folder);
      const context = { signal: new AbortController().signal, progress: () => undefined };
      let epochs = 0;
      const progress = (/** @type {any} */ p) => void (p.kind === 'epoch' && (epochs = p.row.epoch));
      const { bestEpoch } = await train(
        { model, weightsPath: weights, caches, root, ...training, resume: false, epochsStored: 0 },
        /** @type {any} */ ({ ...context, progress }),
      );
      const params = readModel(model);
      const table = new ImageTable(training.images);
      const all = new DatasetImages(training.images, root);
      const images = table.inSplit('test').map((i) => table.at(i));
      const rowOf = new Map(images.map(({ id }, row) => [id, row]));
      const split = await rows.splitRows(dataset, 'test', SAME_CLASS);
      const test = { pairs: unpackPairs(split.pairs), images, rowOf };
      const source = openSource({ engine: withoutEncoder(engine), config, entry: 'pooled', params, caches });
      const sources = images.map(({ id }) => all.source(id));
      await source.prepare(sources, {});
      const embeddings = await embedFrom(source, withoutEncoder(engine), specOf(config), 'pooled', params, sources);
      const size = embeddings.length / images.length;
      const row = (/** @type {number} */ i) => embeddings.subarray(i * size, (i + 1) * size);
      add(kind, { folder: name, seed, ...figuresOf(test, (a, b) => pairDistance(row(a), row(b))), epochs, best: bestEpoch });
      if (k === 0) {
        const features = /** @type {Float32Array[]} */ ([]);
        for await (const [part, values] of source.batches(partsOf(sources)))
          for (let i = 0; i < part.images.length; i++) features.push(unit(values.slice(i * source.rowLength, (i + 1) * source.rowLength)));
        add('raw cosine of the features', {
          folder: name,
          seed,
          ...figuresOf(test, (a, b) => pairDistance(at(features, a), at(features, b))),
          epochs: 0,
          best: 0,
        });
      }
      await source.close();
      process.stderr.write(`\r${name}, seed ${seed}: ${kind}                    `);
    }
  }
  store.close();
  const folderNames = [...new Set(sets.map(({ folder: name }) => name))];
  const mean = (/** @type {number[]} */ numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  console.log(`\n| loss | ${folderNames.flatMap((name) => [`${name} AUC`, 'R@1']).join(' | ')} | best epoch |`);
  console.log(`| --- |${' --- |'.repeat(2 * folderNames.length + 1)}`);
  for (const [kind, found] of figures) {
    const cells = folderNames.flatMap((name) => {
      const own = found.filter((one) => one.folder === name);
      return [mean(own.map(({ auc }) => auc)).toFixed(3), mean(own.map(({ recall }) => recall)).toFixed(3)];
    });
    console.log(`| ${kind} | ${cells.join(' | ')} | ${mean(found.map(({ best }) => best)).toFixed(1)} |`);
  }
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify([...figures]));
} finally {
  rmSync(base, { recursive: true, force: true });
}

/** @param {readonly Float32Array[]} list @param {number} i */
function at(list, i) {
  return /** @type {Float32Array} */ (list[i]);
}

/** Scaled to length 1. @param {Float32Array} x */
function unit(x) {
  const length = Math.hypot(...x);
  return x.map((value) => value / length);
}
