// Measures an encoder with the default settings of a training: `node scripts/measure-patches.mjs [--encoders patches,compact] [--weights FILE]
// [--splits 1,2,3,4,5] [--json FILE] FOLDER…`, after a build. Each folder is imported once for each split seed, which divides its images anew, and
// trained on with each encoder. Prints the mean and standard deviation over splits of the AUC on the stored test pairs, the median seconds from the
// import to the figures, and the largest resident memory of a process so far. It asserts nothing: seconds depend on the machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { peaksBelow } from './measure/memory.mjs';
import { startServer } from './measure/server.mjs';

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    encoders: { type: 'string', default: 'patches' },
    weights: { type: 'string' }, // of every encoder but those that take none
    splits: { type: 'string', default: '1,2,3,4,5' },
    json: { type: 'string' }, // every figure
  },
});
if (folders.length === 0) throw new Error('Name folders of images.');

const WITHOUT_WEIGHTS = ['patches', 'compact'];
const base = mkdtempSync(path.join(os.tmpdir(), 'twinlens patches '));
const { call, endOf, stop, child } = await startServer({ workspace: path.join(base, 'workspace'), settings: path.join(base, 'settings.json') });

/** @type {{ folder: string, split: number, encoder: string, auc: number, seconds: number, bytes: number }[]} */
const found = [];
const secondsSince = (/** @type {number} */ began) => (performance.now() - began) / 1000;
const mean = (/** @type {number[]} */ numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const deviation = (/** @type {number[]} */ numbers) =>
  Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean(numbers)) ** 2, 0) / (numbers.length - 1));
const median = (/** @type {number[]} */ numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;

try {
  for (const folder of folders) {
    for (const split of values.splits.split(',').map(Number)) {
      const name = `${path.basename(folder)} ${split}`;
      const began = performance.now();
      const { result } = await endOf((await call('datasets.import', { folder: path.resolve(folder), name, splitSeed: split })).job);
      const imported = secondsSince(began);
      for (const encoder of values.encoders.split(',')) {
        const started = performance.now();
        const weights = WITHOUT_WEIGHTS.includes(encoder) || values.weights === undefined ? {} : { weights: path.resolve(values.weights) };
        const { result: trained } = await endOf((await call('runs.start', { dataset: result.dataset, backbone: encoder, ...weights })).job);
        const { metrics } = await call('runs.get', { run: trained.run });
        const { auc } = metrics.find((/** @type {{ split: string }} */ one) => one.split === 'test');
        const peaks = peaksBelow(/** @type {number} */ (child.pid));
        const row = {
          folder: path.basename(folder),
          split,
          encoder,
          auc,
          seconds: imported + secondsSince(started),
          bytes: Math.max(peaks.main, peaks.compute),
        };
        found.push(row);
        console.error(`${name}, ${encoder}: AUC ${auc.toFixed(4)}, ${row.seconds.toFixed(1)} s (import ${imported.toFixed(1)} s)`);
      }
    }
  }
  console.log('| folder | encoder | AUC | seconds | MB |\n| --- | --- | --- | --- | --- |');
  for (const folder of new Set(found.map((row) => row.folder))) {
    for (const encoder of values.encoders.split(',')) {
      const rows = found.filter((row) => row.folder === folder && row.encoder === encoder);
      const aucs = rows.map(({ auc }) => auc);
      const cells = [
        `${mean(aucs).toFixed(3)} ± ${deviation(aucs).toFixed(3)}`,
        median(rows.map(({ seconds }) => seconds)).toFixed(1),
        (Math.max(...rows.map(({ bytes }) => bytes)) / 1e6).toFixed(0),
      ];
      console.log(`| ${folder} | ${encoder} | ${cells.join(' | ')} |`);
    }
  }
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(found));
} finally {
  await stop();
  rmSync(base, { recursive: true, force: true });
}
