// Measures near duplicates on planted sets: `node scripts/measure-duplicates.mjs [--seed 2] [--sources flowers,airbnb/bedroom] [--encoder patches]
// [--weights FILE] [--threshold 0.9] [--originals N] [--json FILE]`, after a build. Builds the set (measure/planted-set.mjs), imports and analyses it, and
// prints a row by kind of edit: how many of the pairs of an edit and its original score at least the threshold, and the precision over all pairs found.
// It asserts nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from './measure/server.mjs';
import { DEFAULTS, plantSet } from './measure/planted-set.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '2' },
    sources: { type: 'string', default: DEFAULTS.sources.join(',') },
    encoder: { type: 'string', default: 'patches' },
    weights: { type: 'string' },
    threshold: { type: 'string', default: '0.9' },
    originals: { type: 'string', default: String(DEFAULTS.originals) },
    json: { type: 'string' },
  },
});
const threshold = Number(values.threshold);
const base = mkdtempSync(path.join(os.tmpdir(), 'twinlens duplicates '));
const folder = path.join(base, 'planted');
const sources = values.sources.split(',');
const hasWrong = sources.some((source) => !source.includes('/'));
const truth = await plantSet(folder, {
  seed: Number(values.seed),
  originals: Number(values.originals),
  sources,
  ...(!hasWrong && { contradicting: 0, wrong: 0 }),
});
const { call, endOf, stop } = await startServer({ workspace: path.join(base, 'workspace'), settings: path.join(base, 'settings.json') });
try {
  const imported = await endOf((await call('datasets.import', { folder, name: 'planted' })).job);
  const { dataset } = imported.result;
  const source = { encoder: values.encoder, weights: values.weights === undefined ? null : path.resolve(values.weights) };
  await endOf((await call('embeddings.start', { dataset, source })).job);
  const report = await call('duplicates.report', { dataset, source });

  const planted = new Map(truth.images.map((image) => [image.file, image]));
  const rows = report.images.map((/** @type {{ id: number, file: string }} */ { id, file }) => [id, planted.get(file)]);
  const imageOf = new Map(/** @type {[number, import('./measure/planted-set.mjs').Planted][]} */ (rows));
  const found = new Map();
  let [right, all] = [0, 0];
  for (let i = 0; i < report.pairs.a.length; i++) {
    const [a, b] = [imageOf.get(report.pairs.a[i]), imageOf.get(report.pairs.b[i])];
    const score = report.pairs.isExact[i] ? 1 : report.pairs.score[i];
    if (!a || !b || score < threshold) continue;
    found.set(`${a.file}\n${b.file}`, score).set(`${b.file}\n${a.file}`, score);
    if (report.pairs.isExact[i]) continue;
    all++;
    if (a.photo === b.photo) right++;
    else console.error(`not planted, ${score.toFixed(3)}: ${a.photo} (${a.kind}) and ${b.photo} (${b.kind})`);
  }
  /** A copy stands for its original, which alone is compared. @param {string | null} file */
  const sameBytes = (file) =>
    truth.images.filter((image) => image.of === file && ['copy', 'same pixels'].includes(image.kind)).map((image) => image.file);
  /** @type {Record<string, [number, number]>} */
  const kinds = {};
  for (const image of truth.images) {
    if (image.of === null) continue;
    const count = (kinds[image.kind] ??= [0, 0]);
    count[1]++;
    if ([image.of, ...sameBytes(image.of)].some((file) => found.has(`${image.file}\n${file}`))) count[0]++;
  }
  const sum = (/** @type {string[]} */ names) => names.reduce(([f, n], name) => [f + (kinds[name]?.[0] ?? 0), n + (kinds[name]?.[1] ?? 0)], [0, 0]);
  const others = Object.keys(kinds).filter((name) => !['cropped', 'mirrored', 'copy', 'same pixels'].includes(name));
  console.log(`${report.sourceName}, ${truth.images.length} images of ${values.sources}, seed ${values.seed}, score ${threshold}:`);
  for (const [kind, [hit, n]] of Object.entries(kinds)) console.log(`| ${kind} | ${hit} of ${n} |`);
  const [hit, n] = sum(others);
  console.log(`| all but cropped, mirrored and copies | ${hit} of ${n}: recall ${(hit / n).toFixed(3)} |`);
  console.log(`| near pairs found | ${all}, precision ${(right / all).toFixed(4)} |`);
  console.log(`| aligned candidates, seconds | ${report.candidates}, ${report.seconds.toFixed(1)} |`);
  if (values.json)
    writeFileSync(
      values.json,
      JSON.stringify({ values, kinds, pairs: all, precision: right / all, recall: hit / n, seconds: report.seconds }, null, 1),
    );
} finally {
  await stop();
  rmSync(base, { recursive: true, force: true });
}
