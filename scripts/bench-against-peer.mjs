// Measures Twinlens and the published method in PyTorch (timm has the networks that the method's own script lacks), alternating: `node scripts/bench-against-peer.mjs --peer FILE.py [options]`, after
// a build. Prints a row with the ratio of images per second. --write puts it into BENCHMARKS.md and moves the older row of the same
// task to docs/benchmarks/torch.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareRounds, tableRow, withLatestRow, withRow } from './bench/compare.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: o } = parseArgs({
  options: {
    peer: { type: 'string' }, // siamese_torch.py
    python: { type: 'string', default: 'python3' },
    task: { type: 'string', default: 'train' },
    backbone: { type: 'string', default: 'mobilenet_v2' },
    'batch-norm': { type: 'string', default: 'batch' }, // ours, in a training step
    'peer-batch-norm': { type: 'string', default: 'batch' }, // the peer's default, or frozen
    scope: { type: 'string', default: 'all' }, // ours; the peer always trains all layers
    pairs: { type: 'string', default: '8' },
    size: { type: 'string', default: '224' },
    steps: { type: 'string', default: '4' },
    folder: { type: 'string' },
    limit: { type: 'string', default: '1000000000' },
    device: { type: 'string', default: 'cpu' },
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
if (o.peer === undefined) throw new Error('--peer FOLDER/siamese_torch.py is missing');
if (o.task === 'embed' && o.folder === undefined) throw new Error('The task embed needs a folder of images: --folder FOLDER');
/** timm's names of networks; the others have one name. */
const TIMM_NAMES = new Map([
  ['dinov2_vits14', 'vit_small_patch14_dinov2'],
  ['dinov2_vits14_reg', 'vit_small_patch14_reg4_dinov2'],
  ['dinov2_vitb14', 'vit_base_patch14_dinov2'],
]);
const embed = o.task === 'embed';
const work = embed
  ? ['--backbone', o.backbone, '--size', o.size, '--limit', o.limit]
  : ['--task', o.task, '--backbone', o.backbone, '--pairs', o.pairs, '--size', o.size, '--steps', o.steps];
const training = o.task === 'train' ? ['--scope', o.scope, '--batch-norm', o['batch-norm']] : [];
const ours = [embed ? ['--task', 'embed', '--folder', o.folder ?? ''] : [], work, training, ['--device', o.device]].flat();
const theirWork = work.map((arg, i) => (work[i - 1] === '--backbone' ? (TIMM_NAMES.get(arg) ?? arg) : arg));
const theirs = embed ? ['embed', o.folder ?? '', ...theirWork] : ['bench', ...theirWork, ...(o.device === 'cpu' ? ['--cpu'] : [])];

/** @param {string} program @param {string[]} args */
function lineOf(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: root });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

const rounds = [];
for (let i = 0; i < Number(o.rounds); i++) {
  const round = {
    ours: lineOf(process.execPath, [path.join(root, 'dist', 'main', 'cli.cjs'), 'bench', '--json', ...ours]),
    peer: { ...lineOf(o.python, [path.join(root, 'scripts', 'bench', 'peer.py'), o.peer, o['peer-batch-norm'], ...theirs]), backbone: o.backbone },
  };
  rounds.push(round);
  console.error(`round ${i + 1}: ${round.ours.imagesPerSecond.toFixed(2)} and ${round.peer.imagesPerSecond.toFixed(2)} images/s`);
}
const result = compareRounds(rounds);
const details =
  {
    train: `${o.scope === 'all' ? 'all layers' : `scope ${o.scope} (peer: all layers)`}, batch norm ${o['batch-norm']} (peer: ${o['peer-batch-norm']}), ${o.pairs} pairs`,
    embed: `${rounds[0]?.ours.images} images`,
  }[o.task] ?? `${o.pairs} pairs`;
const versions = `onnxruntime ${JSON.parse(readFileSync(path.join(root, 'node_modules', 'onnxruntime-node', 'package.json'), 'utf8')).version}, ${rounds[0]?.peer.peer}, Node ${process.versions.node}`;
const shown = process.argv.slice(2).map((arg, i, all) => (['--peer', '--python', '--folder'].includes(all[i - 1] ?? '') ? path.basename(arg) : arg));
const block = rounds[0]?.ours.channelBlock;
const row = tableRow(result, {
  what: `${o.task}, ${details}, ${o.size} px`,
  backbone: o.backbone,
  device: o.device,
  date: new Date().toISOString().slice(0, 10),
  processor: `${os.cpus()[0]?.model.trim()}, ${rounds[0]?.ours.threads} threads${block ? `, ${block} channels a block` : ''}`,
  versions,
  command: `node scripts/bench-against-peer.mjs ${shown.filter((arg) => arg !== '--write').join(' ')}`,
});
console.log(row);
if (o.write) {
  const latest = path.join(root, 'BENCHMARKS.md');
  const older = path.join(root, 'docs', 'benchmarks', 'torch.md');
  const { page, replaced } = withLatestRow(readFileSync(latest, 'utf8'), row);
  if (replaced !== null) writeFileSync(older, withRow(readFileSync(older, 'utf8'), replaced));
  writeFileSync(latest, page);
}
