// Measures how well planted wrong labels are found: `node scripts/measure-labels.mjs [--weights FILE] [--seeds 1,2,3,4,5] [--json FILE]`, after a build.
// Makes a set with known faults for each seed (scripts/measure/planted-set.mjs with its defaults: 600 originals, 60 flowers among them with a wrong
// label, and edits, leaks and copies). Imports it, and checks its labels on the command line: with the features of MobileNetV2 0.35, whose weights
// --weights names, and with those of patches. Prints two figures for each encoder, then their mean and 95 % t interval over seeds: the AUROC over all
// flowers of the ranking by probability(given) - probability(suggested), and how many planted labels the list of likely wrong labels has. Duplicates
// that the program finds are in the same fold.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { aucOf } from '../src/main/domain/evaluate/roc.ts';
import { spreadOf } from '../src/main/domain/evaluate/spread.ts';
import { plantSet } from './measure/planted-set.mjs';

const { values } = parseArgs({
  options: { weights: { type: 'string' }, seeds: { type: 'string', default: '1,2,3,4,5' }, json: { type: 'string' } },
});
const encoders = [...(values.weights === undefined ? [] : [`mobilenet_v2_035=${path.resolve(values.weights)}`]), 'patches'];
const base = mkdtempSync(path.join(os.tmpdir(), 'twinlens labels '));
const twinlens = (/** @type {string[]} */ args) =>
  execFileSync(process.execPath, ['dist/main/cli.cjs', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 });

/** @type {{ seed: number, encoder: string, auc: number, images: number, planted: number, listed: number, found: number, expected: number, agreement: number, calibrationError: number, seconds: number }[]} */
const rows = [];
try {
  for (const seed of values.seeds.split(',').map(Number)) {
    const [folder, workspace, csv] = [`set ${seed}`, `workspace ${seed}`, `labels ${seed}.csv`].map((name) => path.join(base, name));
    const truth = await plantSet(/** @type {string} */ (folder), { seed });
    const isFlower = new Set(truth.images.filter((one) => one.trueClass !== 'bedroom').map(({ file }) => file));
    const trueClass = new Map(truth.images.map((one) => [one.file, one.trueClass]));
    twinlens(['import', folder, '--name', 'planted', '--workspace', workspace].map(String));
    for (const encoder of encoders) {
      const answer = JSON.parse(
        twinlens(['labels', 'planted', '--encoder', encoder, '--workspace', workspace, '--json', '--out', csv, '--force'].map(String)),
      );
      const table = readFileSync(String(csv), 'utf8')
        .trim()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(','))
        .filter(([file]) => isFlower.has(String(file)));
      // aucOf: label 1 is expected to have the larger value.
      const margins = table.map(([, , , given, suggested]) => Number(suggested) - Number(given));
      const isWrong = table.map(([file, given]) => Number(trueClass.get(String(file)) !== given));
      const listed = table.filter((row) => row[5] === '1');
      const row = {
        ...{ seed, encoder: encoder.split('=')[0] ?? '', auc: aucOf(margins, isWrong), images: table.length },
        planted: isWrong.reduce((sum, one) => sum + one, 0),
        listed: listed.length,
        found: listed.filter(([file, given]) => trueClass.get(String(file)) !== given).length,
        ...{ expected: answer.figures.expected, agreement: answer.figures.agreement, calibrationError: answer.figures.calibrationError },
        seconds: answer.seconds,
      };
      rows.push(row);
      console.log(
        `seed ${seed}, ${row.encoder}: AUROC ${row.auc.toFixed(4)} of ${row.planted} wrong labels in ${row.images}; ${row.listed} listed, ${row.found} of them planted; ` +
          `${row.expected.toFixed(0)} expected; agreement ${row.agreement.toFixed(3)}, calibration error ${row.calibrationError.toFixed(3)}`,
      );
    }
  }
  for (const encoder of new Set(rows.map((row) => row.encoder))) {
    const own = rows.filter((row) => row.encoder === encoder);
    const text = (/** @type {number[]} */ numbers) => {
      const spread = spreadOf(numbers, [0, 1]);
      return spread === null ? String(numbers[0]) : `${spread.mean.toFixed(3)} (95 % ${spread.interval.map((end) => end.toFixed(3)).join(' to ')})`;
    };
    console.log(
      `${encoder}: AUROC ${text(own.map(({ auc }) => auc))}, recall of the list ${text(own.map(({ found, planted }) => found / planted))}, precision ${text(own.map(({ found, listed }) => found / listed))}`,
    );
  }
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows, null, 1));
} finally {
  rmSync(base, { recursive: true, force: true });
}
