// Measures how well similarities are calibrated: `node scripts/measure-calibration.mjs [--weights FOLDER] [--size PX] [--seeds 1,2,3] [--loss NAME]
// FOLDER…`, after a build. Imports each folder of images once per seed, which divides its images anew, trains a network (MobileNetV2 0.35, head only,
// with the weights) on each, and prints one table. It asserts nothing: the figures depend on the images. “By chance”: the error of perfect similarities.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from './measure/server.mjs';

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { weights: { type: 'string' }, size: { type: 'string' }, seeds: { type: 'string', default: '1,2,3' }, loss: { type: 'string' } },
});

const base = mkdtempSync(path.join(os.tmpdir(), 'twinlens calibration '));
const { call, endOf, stop } = await startServer({ workspace: path.join(base, 'workspace'), settings: path.join(base, 'settings.json'), args: [] });

/** @typedef {import('../src/shared/run.ts').Reliability} Reliability */
/** @param {Reliability | null | undefined} reliability */
const cells = (reliability) =>
  reliability
    ? [reliability.pairs, reliability.error.toFixed(3), reliability.chance?.toFixed(3), reliability.brier.toFixed(3)]
    : ['–', '–', '–', '–'];

try {
  const head = [
    'data set',
    'seed',
    'validation images',
    'validation pairs',
    'ECE, cross-fitted',
    'by chance',
    'Brier',
    'test pairs',
    'ECE',
    'by chance',
    'Brier',
    'threshold',
    'test AUC',
  ];
  for (const row of [head, head.map(() => '---')]) console.log(`| ${row.join(' | ')} |`);
  for (const folder of folders) {
    for (const seed of values.seeds.split(',').map(Number)) {
      const request = { folder: path.resolve(folder), name: `${path.basename(folder)} ${seed}`, splitSeed: seed };
      const { dataset } = (await endOf((await call('datasets.import', request)).job)).result;
      const loss = values.loss === undefined ? {} : { loss: values.loss };
      const weights = values.weights === undefined ? {} : { weights: path.resolve(values.weights), backbone: 'mobilenet_v2_035', scope: 'head' };
      const size = values.size === undefined ? {} : { size: Number(values.size) };
      const { run } = (await endOf((await call('runs.start', { dataset, seed, ...weights, ...size, ...loss })).job)).result;
      const { calibration, metrics } = await call('runs.get', { run });
      const test = metrics.find((/** @type {{ split: string }} */ { split }) => split === 'test');
      const { fit, threshold } = calibration;
      const row = [
        path.basename(folder),
        seed,
        fit.units,
        ...cells(fit.reliability),
        ...cells(test.reliability),
        threshold.toFixed(3),
        test.auc.toFixed(3),
      ];
      console.log(`| ${row.join(' | ')} |`);
    }
  }
} finally {
  await stop();
  rmSync(base, { recursive: true, force: true });
}
