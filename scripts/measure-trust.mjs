// Measures how faithful the maps are: `node scripts/measure-trust.mjs [--weights FOLDER] [--size PX] [--loss NAMES] [--seed N] [--patience N] [--pairs N]
// [--no-sample] [--workspace FOLDER] [--json FILE] [FOLDER…]`, after a build. On the sample data set and on each folder of images it trains a
// network (MobileNetV2 0.35, head only, with the weights; the sample its own network), one for each loss, explains random test pairs by Path and
// by Grad-CAM, and checks both. All losses explain the same pairs. 60 pairs take minutes; 30 are enough for a look.
// Prints one table; shares of pairs with their standard error. It asserts nothing: the figures depend on the images.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { SAMPLE_SIZE } from '../src/main/compute/sample/sample-drawing.ts';
import { cpuBelow } from './measure/cpu.mjs';
import { startServer } from './measure/server.mjs';
import { badgesOf, supportedRollsOf, scoresOf, truthOf } from './measure/trust.mjs';

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '60' },
    weights: { type: 'string' },
    size: { type: 'string' }, // of the images of the folders; default: as for any training
    loss: { type: 'string' }, // of the networks of the folders, separated by commas; default: as for any training
    patience: { type: 'string' }, // epochs, 0: no early stopping; default: as for any training
    seed: { type: 'string' }, // of the division of the folders' images and of the training; default: as for any import and training
    workspace: { type: 'string' }, // a new folder that stays; default: a temporary one
    'no-sample': { type: 'boolean', default: false },
    json: { type: 'string' }, // every comparison with its maps and checks
  },
});
/** @typedef {import('./measure/trust.mjs').Checked} Checked */

const limit = Number(values.pairs);
const base = mkdtempSync(path.join(os.tmpdir(), 'twinlens trust '));
const withSample = !values['no-sample'];
const { call, endOf, stop, child } = await startServer({
  workspace: path.resolve(values.workspace ?? path.join(base, 'workspace')),
  settings: path.join(base, 'settings.json'),
  args: withSample ? ['--sample'] : [],
});

/** The runs on a folder of images, one for each loss. @param {string} folder */
async function train(folder) {
  const division = values.seed === undefined ? {} : { splitSeed: Number(values.seed) };
  const { result } = await endOf((await call('datasets.import', { folder: path.resolve(folder), ...division })).job);
  const weights = values.weights === undefined ? {} : { weights: path.resolve(values.weights), backbone: 'mobilenet_v2_035', scope: 'head' };
  const size = values.size === undefined ? {} : { size: Number(values.size) };
  const seed = values.seed === undefined ? {} : { seed: Number(values.seed) };
  const patience = values.patience === undefined ? {} : { patience: Number(values.patience) };
  const runs = [];
  for (const loss of values.loss === undefined ? [{}] : values.loss.split(',').map((name) => ({ loss: name })))
    runs.push(
      (await endOf((await call('runs.start', { dataset: result.dataset, ...weights, ...size, ...seed, ...patience, ...loss })).job)).result.run,
    );
  return runs;
}

const cpuSeconds = () => cpuBelow(child.pid ?? 0);

/** Explains and checks pairs of a run. @param {string} run @param {{ a: number, b: number }[]} pairs @param {string} dataset @param {string} method */
async function checkPairs(run, pairs, dataset, method) {
  const before = cpuSeconds();
  /** @type {Checked[]} */
  const found = [];
  for (const { a, b } of pairs) {
    found.push(await call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b }, method }));
    process.stderr.write(`\r${method} ${found.length} of ${pairs.length} `);
  }
  await endOf((await call('compare.check', { comparisons: found.map(({ row }) => row.comparison) })).job);
  const cpuOfPair = (cpuSeconds() - before) / pairs.length;
  for (const one of found) one.row = await call('compare.get', { comparison: one.row.comparison });
  return { found, cpuOfPair };
}

/** @type {Record<string, unknown>} */
const record = {};

/** The row of one run. @param {string} id @param {string} name @param {((file: string) => import('./measure/trust.mjs').Box) | null} boxOf */
async function measure(id, name, boxOf) {
  const run = await call('runs.get', { run: id });
  const { auc } = run.metrics.find((/** @type {{ split: string }} */ { split }) => split === 'test');
  const { pairs } = await call('compare.queue', { run: id, split: 'test', kind: 'random', limit });
  const path = await checkPairs(id, pairs, run.dataset, 'path');
  const gradcam = await checkPairs(id, pairs, run.dataset, 'gradcam');
  record[`${name}, ${run.config.loss}, ${run.config.size} px`] = { run, pairs, path: path.found, gradcam: gradcam.found };
  const [own, published] = [scoresOf(path.found), scoresOf(gradcam.found)];
  const { supported, weak, notSupported, reasons } = badgesOf(path.found);
  const truth = boxOf && truthOf(path.found, boxOf, SAMPLE_SIZE);
  const score = (/** @type {{ mean: number, error: number }} */ of) => `${of.mean.toFixed(3)} ± ${of.error.toFixed(3)}`;
  const percent = (/** @type {number} */ share) =>
    `${Math.round(100 * share)} ± ${Math.round(100 * Math.sqrt((share * (1 - share)) / pairs.length))} %`;
  const { low, high } = path.found[0]?.row.check.gate ?? { low: NaN, high: NaN };
  console.error(`\r${name}: ${reasons.join(', ')}; Grad-CAM supported ${percent(badgesOf(gradcam.found).supported)}`);
  return [
    name,
    `${run.config.backbone}, ${run.config.scope}, ${run.config.size} px`,
    run.config.loss,
    `${low.toFixed(3)} to ${high.toFixed(3)}`,
    auc.toFixed(3),
    pairs.length,
    score(own),
    score(published),
    (own.mean / published.mean).toFixed(2),
    ...[supported, weak, notSupported].map(percent),
    `${Math.round(100 * supportedRollsOf(path.found))} %`,
    truth ? `${truth.energy.toFixed(3)} (chance ${truth.chance.toFixed(2)})` : '–',
    truth ? truth.pointing.toFixed(3) : '–',
    path.cpuOfPair.toFixed(2),
  ];
}

const HEAD = [
  'data set',
  'network',
  'loss',
  'validation AUC, 95 %',
  'test AUC',
  'pairs',
  'signed score, Path',
  'Grad-CAM',
  'ratio',
  'supported',
  'weakly',
  'not',
  'rolled maps supported',
  'energy in the box',
  'pointing game',
  'CPU s a pair',
];

try {
  const rows = [];
  if (withSample) {
    for (;;) {
      const running = (await call('jobs.list')).filter((/** @type {{ status: string }} */ { status }) => status === 'running');
      if (running.length === 0) break;
      for (const { job } of running) await endOf(job);
    }
    const [{ run, dataset }] = await call('runs.list');
    const { root } = await call('datasets.folder', { dataset });
    const boxes = JSON.parse(readFileSync(path.join(root, '..', 'truth.json'), 'utf8'));
    rows.push(await measure(run, 'sample', (file) => boxes[path.relative(root, file).split(path.sep).join('/')]));
  }
  for (const folder of folders) for (const run of await train(folder)) rows.push(await measure(run, path.basename(folder), null));
  for (const cells of [HEAD, HEAD.map(() => '---'), ...rows]) console.log(`| ${cells.join(' | ')} |`);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(record));
} finally {
  await stop();
  rmSync(base, { recursive: true, force: true });
}
