import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { noisyPng } from '../measure/png.mjs';
import { runJson } from './program.mjs';

const CLASSES = ['amber', 'birch', 'cedar'];
const PER_CLASS = 8;
const SIDE = 40; // px
export const EPOCHS = 6;
export const IMAGES = CLASSES.length * PER_CLASS;

/** Options that give the same numbers on every start. */
export const TRAIN = ['--size', '32', '--batch', '8', '--lr', '3e-3', '--seed', '3', '--device', 'cpu'];
export const TRAIN_CALL = { size: 32, batch: 8, lr: 3e-3, seed: 3, device: 'cpu', epochs: EPOCHS };

/** Images of three classes that differ in colour. @param {string} folder @param {number} [variant] other images of the same kind */
export function drawImages(folder, variant = 0) {
  CLASSES.forEach((name, k) => {
    mkdirSync(path.join(folder, name), { recursive: true });
    // Numbers that differ by 100 have the same colour and another mark and noise.
    for (let i = 0; i < PER_CLASS; i++)
      writeFileSync(path.join(folder, name, `${name}-${i}.png`), noisyPng(k + 100 * (i + PER_CLASS * variant), SIDE));
  });
}

/** An epoch's row without what depends on the machine's speed. @param {Record<string, unknown>} row */
export const withoutTimes = (row) => ({ ...row, seconds: 0, imagesPerSecond: 0 });

/**
 * What the template workspace has: data set `images`; run r1 of EPOCHS epochs, tested; run r2, the same training stopped after
 * half of them; comparisons c1 and c2 of r1. `runs`: as listed. Reference values come from commands that nothing disturbed.
 * @typedef {{ images: string, more: string, workspace: string, runs: { run: string }[], rows: object[], metrics: object, validMetrics: object, distance: number,
 *   pair: [string, string], onnx: Buffer, durations: Record<string, number> }} Made
 */

/**
 * The arguments of a command on a copy of the template.
 * @param {{ what: string, out: string, at: string[] } & Pick<Made, 'pair' | 'more'>} choice `out`: the folder for reports and networks
 */
export function commandOf({ what, at, pair, more, out }) {
  /** @type {Record<string, string[]>} */
  const commands = {
    import: ['import', more, '--name', 'more'],
    train: ['train', 'images', ...TRAIN, '--epochs', `${EPOCHS}`],
    resume: ['train', 'images', '--resume', 'r2', '--epochs', `${EPOCHS}`],
    evaluate: ['evaluate', 'r1', '--split', 'valid'],
    compare: ['compare', 'r1', ...pair],
    report: ['report', 'c1', 'c2', '--out', path.join(out, 'report.html')],
    export: ['export', 'r1', '--format', 'onnx', '--out', path.join(out, 'network.onnx')],
  };
  return [...(commands[what] ?? []), ...at];
}

/** Workspaces for the parts, copied from one that is made at the first use. */
export class Template {
  /** @type {Promise<Made> | null} */
  made = null;

  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** @returns {Promise<Made>} */
  get() {
    return (this.made ??= this.make());
  }

  /**
   * Copies the template to `folder`/workspace.
   * @param {string} folder @returns {Promise<Made & { at: string[], environment: { home: string } }>} `workspace` is the copy; `at` names it on the command line
   */
  async copy(folder) {
    const made = await this.get();
    const workspace = path.join(folder, 'workspace');
    const home = path.join(folder, 'home');
    mkdirSync(home, { recursive: true });
    cpSync(made.workspace, workspace, { recursive: true });
    return { ...made, workspace, at: ['--workspace', workspace], environment: { home } };
  }

  /** @returns {Promise<Made>} */
  async make() {
    const [images, more, workspace, home] = ['images', 'more', 'workspace', 'home'].map((name) => path.join(this.folder, name));
    if (!images || !more || !workspace || !home) throw new Error('no folders');
    mkdirSync(home, { recursive: true });
    drawImages(images);
    drawImages(more, 1);
    const environment = { home };
    const at = ['--workspace', workspace];
    const pair = /** @type {[string, string]} */ ([path.join(images, 'amber', 'amber-1.png'), path.join(images, 'birch', 'birch-2.png')]);
    /** @type {Record<string, number>} */
    const durations = {};
    /** @param {string} name @param {string[]} args */
    const timed = async (name, args) => {
      const startedMs = performance.now();
      const answer = await runJson([...args, ...at], environment);
      durations[name] = performance.now() - startedMs;
      return answer;
    };
    await timed('import', ['import', images, '--name', 'images']);
    await timed('train', ['train', 'images', ...TRAIN, '--epochs', `${EPOCHS}`]);
    await timed('resume', ['train', 'images', ...TRAIN, '--epochs', `${EPOCHS / 2}`]);
    const metrics = await timed('evaluate', ['evaluate', 'r1', '--no-neighbours']);
    const validMetrics = await runJson(['evaluate', 'r1', '--split', 'valid', ...at], environment);
    const { distance } = await timed('compare', ['compare', 'r1', ...pair]);
    await runJson(['compare', 'r1', pair[1], pair[0], ...at], environment);
    await timed('report', ['report', 'c1', 'c2', '--out', path.join(this.folder, 'reference.html')]);
    const onnxFile = path.join(this.folder, 'reference.onnx');
    await timed('export', ['export', 'r1', '--format', 'onnx', '--out', onnxFile]);
    const runs = await runJson(['runs', ...at], environment);
    const rows = runs.find((/** @type {{ run: string }} */ r) => r.run === 'r1').epochs.map(withoutTimes);
    return { images, more, workspace, runs, rows, metrics, validMetrics, distance, pair, onnx: readFileSync(onnxFile), durations };
  }
}
