import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { normaliseInto } from '../../../src/main/compute/images/batches.ts';
import { decodeSquare } from '../../../src/main/compute/images/images.ts';
import { comparisonLines } from '../../../src/main/doors/cli/results.ts';
import type { MapsClaim } from '../../../src/shared/faithfulness-words.ts';
import type { FlipWords } from '../../../src/shared/flip-words.ts';
import { parseNpy } from '../../../src/main/foundation/npy.ts';
import { readSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import type { Comparison } from '../../../src/shared/comparison.ts';
import type { EpochRow, Metrics, RunRecord } from '../../../src/shared/run.ts';
import type { ThresholdEntry } from '../../../src/shared/thresholds.ts';
import { drawColours, hasBuild, hasSignals, runJson, scratch, twinlens, writeAt } from './kit.ts';

const QUICK = ['--size', '32', '--batch', '8', '--lr', '3e-3', '--device', 'cpu']; // the same numbers on every machine

describe.skipIf(!hasBuild)('the main job through the command line (needs the build)', () => {
  const folder = scratch('images');
  const workspace = scratch('workspace');
  const at = ['--workspace', workspace];
  let run = '';
  let uninterrupted: Awaited<ReturnType<typeof rowsOf>> = []; // of `run`, 6 epochs

  beforeAll(async () => {
    await drawColours(folder, 14);
    writeAt(join(folder, 'red', 'notes.txt'), 'not an image');
    writeAt(join(folder, 'red', 'broken.png'), 'not an image either');
    const imported = await runJson<{
      dataset: string;
      images: number;
      classes: Record<string, number>;
      rejected: { file: string; reason: string }[];
    }>(['import', folder, '--name', 'colours', ...at]);
    expect(imported).toMatchObject({ dataset: 'colours', images: 42, classes: { red: 14, green: 14, blue: 14 } });
    expect(imported.rejected.map((r) => r.file)).toEqual(['red/broken.png', 'red/notes.txt']);
    run = (await runJson<{ run: string }>(['train', 'colours', ...QUICK, '--epochs', '6', '--seed', '3', ...at])).run;
    uninterrupted = await rowsOf(run);
  });

  const rowsOf = async (id: string): Promise<Omit<EpochRow, 'seconds' | 'imagesPerSecond'>[]> => {
    const runs = await runJson<RunRecord[]>(['runs', ...at]);
    return runs.find((r) => r.run === id)!.epochs.map(({ seconds: _s, imagesPerSecond: _i, ...row }) => row);
  };

  test('distinguishes colours on unseen pairs', async () => {
    const m = await runJson<{ pairs: number; auc: number; confusion: number[][]; threshold: number; thresholdChoice: ThresholdEntry }>([
      'evaluate',
      run,
      ...at,
    ]);
    expect(m.thresholdChoice).toMatchObject({ entry: 1, threshold: m.threshold, choice: { rule: 'even' }, testSeen: false });
    expect(m.auc).toBeGreaterThan(0.95);
    expect(m.confusion.flat().reduce((a, b) => a + b)).toBe(m.pairs);

    const chosen = ['threshold', run, '--rule', 'value', '--value', String(m.threshold / 2), '--reason', 'for the test', ...at];
    const { stdout } = await twinlens(chosen);
    expect(stdout.replaceAll('\u00a0', ' ')).toMatch(
      /Threshold [\d.]+, chosen on validation pairs: by hand\. The similarity at it is [^]*Reason: for the test/,
    );
    expect(stdout).toContain('Chosen after figures on test pairs were seen');
    const restored = await runJson<ThresholdEntry & { test: Metrics; history: ThresholdEntry[] }>(['threshold', run, '--restore', '1', ...at]);
    expect(restored).toMatchObject({ entry: 3, threshold: m.threshold, restored: 1, test: { threshold: m.threshold } });
    expect(restored.history).toHaveLength(3);
  });

  test('the same seed gives the same losses; a resumed run gives the numbers of an uninterrupted one', async () => {
    const again = await runJson<{ run: string }>(['train', 'colours', ...QUICK, '--epochs', '6', '--seed', '3', ...at]);
    expect(await rowsOf(again.run)).toEqual(uninterrupted);
    const half = await runJson<{ run: string }>(['train', 'colours', ...QUICK, '--epochs', '3', '--seed', '3', ...at]);
    await runJson(['train', 'colours', '--resume', half.run, '--epochs', '6', ...at]);
    expect(await rowsOf(half.run)).toEqual(uninterrupted);
    const other = await runJson<{ run: string }>(['train', 'colours', ...QUICK, '--epochs', '1', '--seed', '4', ...at]);
    expect((await rowsOf(other.run))[0]!.lossTrain).not.toBe(uninterrupted[0]!.lossTrain);
  });

  test('augmentation depends on the seed, too', async () => {
    const augmented = ['train', 'colours', ...QUICK, '--epochs', '2', '--augment', 'flip-horizontal,rotate=20,crop=0.2,colour=0.2', ...at];
    const [a, b] = [await runJson<{ run: string }>(augmented), await runJson<{ run: string }>(augmented)];
    expect(await rowsOf(a.run)).toEqual(await rowsOf(b.run));
  });

  test('a cancelled or killed run keeps its complete epochs and resumes to the same numbers', async () => {
    for (const signal of hasSignals ? (['SIGINT', 'SIGKILL'] as const) : (['SIGKILL'] as const)) {
      let sent = false;
      const ended = await twinlens(['train', 'colours', ...QUICK, '--epochs', '400', '--patience', '0', '--seed', '3', ...at], {
        onStderr: (text, kill) => {
          if (!sent && text.includes('Epoch 2:')) {
            sent = true;
            kill(signal);
          }
        },
      });
      if (signal === 'SIGINT') expect(ended).toMatchObject({ code: 1 });
      else expect(ended.signal).toBe('SIGKILL');
      await runJson(['evaluate', run, ...at]); // the next writer marks the dead one's run
      const left = (await runJson<RunRecord[]>(['runs', ...at]))[0]!;
      expect(left.status).toBe(signal === 'SIGINT' ? 'cancelled' : 'interrupted');
      expect(left.epochs.length).toBeGreaterThanOrEqual(2);
      const epochs = left.epochs.length + 2;
      await runJson(['train', 'colours', '--resume', left.run, '--epochs', String(epochs), ...at]);
      expect((await rowsOf(left.run)).slice(0, 4)).toEqual(uninterrupted.slice(0, 4));
    }
  });

  test('a resume restores epochs that the checkpoint has and the database lacks', async () => {
    const half = await runJson<{ run: string }>(['train', 'colours', ...QUICK, '--epochs', '3', '--seed', '3', ...at]);
    const database = new Database(join(workspace, 'twinlens.sqlite')); // as if main had been killed before it stored epochs 2 and 3
    database.prepare('DELETE FROM epochs WHERE run = ? AND epoch > 1').run(Number(half.run.slice(1)));
    database.prepare('UPDATE runs SET best_epoch = 1 WHERE number = ?').run(Number(half.run.slice(1)));
    database.close();
    const resumed = await runJson<{ epochs: number; best: { epoch: number } }>(['train', 'colours', '--resume', half.run, '--epochs', '6', ...at]);
    expect(await rowsOf(half.run)).toEqual(uninterrupted);
    expect(resumed.epochs).toBe(6);
    expect(uninterrupted[resumed.best.epoch - 1]).toMatchObject({ best: true });
    const { sessions } = (await runJson<RunRecord[]>(['runs', ...at])).find((r) => r.run === half.run)!;
    expect(sessions.map(({ firstEpoch }) => firstEpoch)).toEqual([1, 4]);
  });

  test('without --device a training uses the fastest device that passed its check, and names it; a named device is used or refused', async () => {
    const settings = join(scratch('settings'), 'settings.json');
    const devices = join(dirname(settings), 'devices.json');
    const check = (device: string, imagesPerSecond: number | null): object => ({
      engine: 'onnx',
      device,
      ok: true,
      detail: '',
      imagesPerSecond,
      elsewhere: null,
    });
    const env = { TWINLENS_SETTINGS: settings };
    const short = ['train', 'colours', '--size', '32', '--epochs', '1', ...at];

    const tried = await twinlens(short, { env });
    expect(tried.stderr).toMatch(/Checking the devices of this computer[^]*(Only|The fastest of \d devices)/);
    expect(tried.code).toBe(0);
    expect(JSON.parse(readFileSync(devices, 'utf8'))).toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ device: 'cpu', ok: true })]) as unknown,
    });

    writeAt(devices, JSON.stringify({ checkedMs: 1, checks: [check('cpu', 100), check('dml', 900)] })); // a card that was removed since
    const auto = await twinlens([...short, '--device', 'auto'], { env });
    expect(auto.stderr).toContain('The fastest of 2 devices that work here: the GPU (DirectML), 900 images/s against 100');
    expect(auto).toMatchObject({ code: 1, stderr: expect.stringContaining('The device dml is not available on this computer') as string });
    const [failed] = await runJson<RunRecord[]>(['runs', ...at]);
    expect(failed).toMatchObject({ status: 'failed', config: { device: 'dml' }, epochs: [] }); // and not trained on the CPU silently

    const { run: done } = (await runJson<RunRecord[]>(['runs', ...at])).find((r) => r.status === 'done' && r.epochs.length === 1)!;
    expect(await twinlens(['train', 'flowers', '--resume', done, ...at])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${done} was trained on colours, not on flowers. Resume it with: train colours --resume ${done}`) as string,
    });
    const moved = await twinlens(['train', 'colours', '--resume', done, '--epochs', '2', '--device', 'dml', ...at], { env });
    expect(moved).toMatchObject({ code: 1, stderr: expect.stringContaining('The device dml is not available') as string });
    const stayed = (await runJson<RunRecord[]>(['runs', ...at])).find((r) => r.run === done)!;
    expect(stayed).toMatchObject({ status: 'done', config: { device: 'cpu', epochs: 1 } });
    const ended = await runJson<{ epochs: number; warnings: string[] }>([
      'train',
      'colours',
      '--resume',
      done,
      '--epochs',
      '2',
      '--batch',
      '4',
      ...at,
    ]);
    expect(ended).toMatchObject({
      epochs: 2,
      warnings: expect.arrayContaining([expect.stringContaining('From epoch 2 a step had 4 pairs, before that 8')]) as unknown,
    });
  });

  test('a comparison explains both images on one scale; swapping them swaps the maps', async () => {
    const [a, b] = [join(folder, 'red', 'red-03.png'), join(folder, 'blue', 'blue-05.png')];
    const there = await runJson<Comparison>(['compare', run, a, b, '--out', scratch('out'), ...at]);
    const back = await runJson<Comparison>(['compare', run, b, a, ...at]);
    expect(there.verdict).toBe('different');
    expect(there.distance).toBeGreaterThan(there.threshold);
    expect(there.similarity).toBeLessThan(0.5);
    expect(back.distance).toBeCloseTo(there.distance, 4);
    const maps = (c: Comparison): Float32Array[] => c.images.map((image) => parseNpy(readFileSync(image.signed)).values);
    const [first, second] = maps(there) as [Float32Array, Float32Array];
    const [swappedSecond, swappedFirst] = maps(back) as [Float32Array, Float32Array];
    const peak = Math.max(...first.map(Math.abs), ...second.map(Math.abs));
    expect(there.scale).toBeCloseTo(peak, 6);
    expect(there.images.map((i) => i.className)).toEqual(['red', 'blue']);
    first.forEach((v, i) => {
      expect(Math.abs(v - swappedFirst[i]!)).toBeLessThan(1e-4 * peak);
    });
    second.forEach((v, i) => {
      expect(Math.abs(v - swappedSecond[i]!)).toBeLessThan(1e-4 * peak);
    });
    expect(there.images[0].signed).not.toBe(back.images[1].signed);
  });

  test('--check says how faithful the maps are, in words and in JSON, with progress on stderr', async () => {
    const [a, b] = [join(folder, 'red', 'red-03.png'), join(folder, 'blue', 'blue-05.png')];
    const { stdout, stderr, code } = await twinlens(['compare', run, a, b, '--check', '--json', ...at]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Checking the maps: \d+ of \d+ changed copies/);
    const c = JSON.parse(stdout) as Comparison & { mapsClaim: MapsClaim };
    expect(c.check!.images.map(({ rolled }) => rolled.length)).toEqual([16, 16]);
    expect(c.mapsClaim).toMatchObject({ z: c.check!.z, badge: expect.stringMatching(/^(supported|weak|not-supported)$/) as string });
    const words = await twinlens(['compare', run, a, b, '--check', '--examples', '--matches', ...at]);
    expect(words.stdout).toContain(`${c.mapsClaim.words}. ${c.mapsClaim.sentence}`);
    expect(words.stdout).toMatch(/Nearest labelled examples[^]*\n {4}A\n( {6}\S+\.png, \w+, (training|validation), cosine (> )?[\d.]+\n){5}/);
    expect(words.stdout).toMatch(/Matching spots[^]*\n {4}1\tcolumn \d, row \d\tcolumn \d, row \d\t0\.\d{3}\t[+−][\d.]+ \((apart|together)\)\n/);
  });

  test('--flip says which parts decide, in words and in JSON, with progress on stderr', async () => {
    const [a, b] = [join(folder, 'red', 'red-03.png'), join(folder, 'blue', 'blue-05.png')];
    const { stdout, stderr, code } = await twinlens(['compare', run, a, b, '--flip', '--json', ...at]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Flip test: \d+ of at most \d+ blurred copies/);
    const c = JSON.parse(stdout) as Comparison & { flipWords: FlipWords };
    expect(c.flip).toMatchObject({ outcome: 'tested', side: 32 });
    expect(c.flipWords.rows.map(({ part }) => part)).toEqual(['a', 'b', 'both']);
    expect(comparisonLines(c).join('\n')).toContain(c.flipWords.rows[0]!.remove.sentence);
    const out = join(scratch('reports'), 'flip.html');
    await runJson(['report', c.comparison, '--out', out, '--sections', 'details', ...at]);
    expect(readFileSync(out, 'utf8').match(/alt="[^"]* of [AB] blurred"/g)).toHaveLength(8);
  });

  test('an image against itself: distance zero, no division by zero; Grad-CAM is empty, with the reason, path has evidence for “same”', async () => {
    const a = join(folder, 'green', 'green-03.png');
    const path = await runJson<Comparison>(['compare', run, a, a, ...at]);
    expect(path.distance).toBeLessThan(1e-5);
    path.images.forEach(({ completeness, strongest }) => {
      expect(completeness!.sum + completeness!.baseline).toBeCloseTo(path.distance, 4);
      expect(strongest!.factual).toBeGreaterThan(0);
    });
    const c = await runJson<Comparison>(['compare', run, a, a, '--method', 'gradcam', ...at]);
    expect(c).toMatchObject({ verdict: 'same', scale: 0, images: [{ empty: 'identical' }, { empty: 'identical' }] });
    expect(c.distance).toBeLessThan(1e-5);
    expect(parseNpy(readFileSync(c.images[0].signed)).values.every((v) => v === 0)).toBe(true);
  });

  test('target distance explains the distance whatever the verdict; layers can be chosen', async () => {
    const [a, b] = [join(folder, 'red', 'red-03.png'), join(folder, 'red', 'red-05.png')];
    const c = await runJson<Comparison>(['compare', run, a, b, '--target', 'distance', '--layer', 'stage2', ...at]);
    expect(c).toMatchObject({ target: 'distance', layer: 'stage2' });
    const bad = await twinlens(['compare', run, a, b, '--layer', 'stage9', ...at]);
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toContain('stage2');
  });

  test('the list of comparisons names the method of each', async () => {
    const { stdout } = await twinlens(['comparisons', ...at]);
    for (const line of stdout.trim().split('\n'))
      expect(line).toMatch(/^c\d+\tr\d+\t(same|different)\tdistance [\d.]+\t(Path|Grad-CAM at layer \S+)\t/);
    const id = /^c\d+/.exec(stdout)![0];
    expect(await runJson(['comparisons', id, ...at])).toMatchObject({ comparison: id, saved: true, note: '', whatIfs: [] });
  });

  test('a report contains the comparisons and is self-contained', async () => {
    const comparisons = (await runJson<Comparison[]>(['comparisons', ...at])).map((c) => c.comparison);
    const out = join(scratch('reports'), 'report.html');
    await runJson(['report', comparisons[0]!, comparisons[1]!, '--out', out, ...at]);
    const page = readFileSync(out, 'utf8');
    expect(page).toContain('red-03.png');
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
    expect(page).not.toMatch(/Appendix|class="author"|class="logo"/);
  });

  test('a report has the given author, logo and sections', async () => {
    const [first] = await runJson<Comparison[]>(['comparisons', ...at]);
    const out = join(scratch('reports'), 'signed.html');
    const logo = join(folder, 'red', 'red-03.png');
    const texts = ['--author', 'Ana <Petrović>', '--logo', logo, '--sections', 'files, details'];
    await runJson(['report', first!.comparison, '--out', out, ...texts, ...at]);
    const page = readFileSync(out, 'utf8');
    expect(page).toContain('<span class="author"><bdi class="name">Ana &lt;Petrović&gt;</bdi></span>');
    expect(page).toMatch(/<img class="logo" src="data:image\/png;base64,/);
    expect(['signature', 'files', 'details-1', 'method'].filter((id) => page.includes(`id="${id}`))).toEqual(['files', 'details-1']);
    await runJson(['report', first!.comparison, '--out', out, '--force', '--sections', 'all', ...at]);
    for (const id of ['signoff-title', 'run-1', 'method', 'glossary-title', 'files', 'details-1'])
      expect(readFileSync(out, 'utf8')).toContain(`id="${id}"`);
  });

  test('an exported network contains the tensors of the run', async () => {
    const out = join(scratch('export'), 'net.safetensors');
    await runJson(['export', run, '--format', 'safetensors', '--out', out, ...at]);
    const { tensors, metadata } = readSafetensors(out);
    expect(tensors.get('fc.2.weight')!.shape).toEqual([16, 256]);
    expect(metadata['twinlens.run']).toBe(run);
    const onnx = join(scratch('export'), 'net.onnx');
    await runJson(['export', run, '--format', 'onnx', '--out', onnx, ...at]);
    expect(readFileSync(onnx).includes('twinlens.distance')).toBe(true); // the model card is inside
    // In onnxruntime alone, its embeddings have the distance that `compare` reports.
    const files = [join(folder, 'red', 'red-03.png'), join(folder, 'blue', 'blue-05.png')] as const;
    const session = await InferenceSession.create(onnx);
    const half: [number, number, number] = [0.5, 0.5, 0.5];
    const embeddings: Float32Array[] = [];
    for (const file of files) {
      const image = new Float32Array(3 * 32 * 32);
      normaliseInto(image, 0, await decodeSquare(file, 32), { mean: half, std: half });
      const { embedding, features } = await session.run({ images: new Tensor('float32', image, [1, 3, 32, 32]) });
      expect(features!.dims).toEqual([1, 128, 4, 4]);
      embeddings.push(embedding!.data as Float32Array);
    }
    const inOnnx = Math.hypot(...embeddings[0]!.map((v, i) => v - embeddings[1]![i]!));
    const { distance } = await runJson<Comparison>(['compare', run, ...files, ...at]);
    expect(Math.abs(inOnnx - distance)).toBeLessThan(1e-4 * distance);
  });

  test('doctor tests the CPU with a real step', async () => {
    const { engines } = await runJson<{ engines: { engine: string; device: string; ok: boolean }[] }>(['doctor']);
    expect(engines.find((e) => e.engine === 'onnx' && e.device === 'cpu')?.ok).toBe(true);
  });
});
