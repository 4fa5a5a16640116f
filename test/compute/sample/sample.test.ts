import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeSquare, inspect, rasterise } from '../../../src/main/compute/images/images.ts';
import { mapParallel } from '../../../src/main/compute/async/parallel.ts';
import { SAMPLE_CLASSES, SAMPLE_SIZE, sampleImages, writeSample } from '../../../src/main/compute/sample/sample.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { SAMPLE_SEED, sampleTiles } from '../../sample-tiles.ts';
import { folderForTests } from '../images/files.ts';

const sample = sampleImages(SAMPLE_SEED);

/** [SAMPLE_SIZE, SAMPLE_SIZE, 3] of an image of `sample`, which is drawn once for all test files. */
const pixelsOf = async (file: string): Promise<Uint8Array> => await decodeSquare(path.join(await sampleTiles(), 'images', file), SAMPLE_SIZE);

describe('the sample data set', () => {
  it('has at least 6 classes of 40 images, in sorted order, each file named for its class', () => {
    expect(SAMPLE_CLASSES.length).toBeGreaterThanOrEqual(6);
    for (const c of SAMPLE_CLASSES) expect(sample.filter((s) => s.className === c).length).toBeGreaterThanOrEqual(40);
    const files = sample.map((s) => s.file);
    expect(files).toEqual([...files].sort());
    for (const s of sample) expect(s.file).toMatch(new RegExp(`^${s.className}/${s.className}-\\d{3}\\.png$`));
  });

  it('depends on its seed alone, and no two images are equal', () => {
    expect(JSON.stringify(sampleImages(SAMPLE_SEED))).toBe(JSON.stringify(sample));
    expect(sampleImages(SAMPLE_SEED + 1, 1)[0]!.svg).not.toBe(sample[0]!.svg);
    expect(new Set(sample.map((s) => s.svg)).size).toBe(sample.length);
  });

  it('keeps the motif inside the image, on about a tenth to a fifth of its area', () => {
    for (const { box } of sample) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.w).toBeLessThanOrEqual(SAMPLE_SIZE);
      expect(box.y + box.h).toBeLessThanOrEqual(SAMPLE_SIZE);
      const share = (box.w * box.h) / SAMPLE_SIZE ** 2;
      expect(share).toBeGreaterThan(0.09);
      expect(share).toBeLessThan(0.21);
    }
  });

  it('states the true box: removing the motif changes the pixels of its box, and no others', async () => {
    for (const { file, svg, box } of sample.filter((_, i) => i % 12 === 0)) {
      const without = svg.replace(/<g id="motif"[^]*(?=<\/svg>)/, '');
      expect(without).not.toBe(svg);
      const [a, b] = [await pixelsOf(file), await rasterise(without)];
      let [x0, y0, x1, y1] = [SAMPLE_SIZE, SAMPLE_SIZE, 0, 0];
      for (let i = 0; i < SAMPLE_SIZE ** 2; i++) {
        const changed = [0, 1, 2].some((c) => Math.abs(a[i * 3 + c]! - b.data[i * 4 + c]!) > 3);
        if (!changed) continue;
        const [x, y] = [i % SAMPLE_SIZE, Math.floor(i / SAMPLE_SIZE)];
        [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)];
      }
      for (const [found, stated] of [
        [x0, box.x],
        [y0, box.y],
        [x1, box.x + box.w],
        [y1, box.y + box.h],
      ] as const) {
        expect(Math.abs(found - stated)).toBeLessThan(2.5);
      }
    }
  });

  it('has colours, sizes and positions that predict the class hardly better than chance', async () => {
    const features = await mapParallel(sample, 4, async ({ file, box }) => {
      const data = await pixelsOf(file);
      const sums = [0, 0, 0]; // of the colours outside the box
      let n = 0;
      for (let y = 0; y < SAMPLE_SIZE; y++) {
        const besideBox = y < box.y || y >= box.y + box.h;
        for (let x = 0; x < SAMPLE_SIZE; x++) {
          if (!besideBox && x >= box.x && x < box.x + box.w) continue;
          for (let c = 0; c < 3; c++) sums[c]! += data[(y * SAMPLE_SIZE + x) * 3 + c]!;
          n++;
        }
      }
      return [...sums.map((sum) => sum / n), box.x + box.w / 2, box.y + box.h / 2, box.w, box.h];
    });
    const columns = features[0]!.map((_, f) => {
      const values = features.map((row) => row[f]!);
      const mean = values.reduce((s, v) => s + v) / values.length;
      return { mean, sd: Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length) };
    });
    const scaled = features.map((row) => row.map((v, f) => (v - columns[f]!.mean) / columns[f]!.sd));
    // Leave-one-out with five neighbours.
    const right = scaled.filter((row, i) => {
      const near: { j: number; d: number }[] = []; // the five nearest so far, the nearest first
      scaled.forEach((other, j) => {
        if (j === i) return;
        const d = other.reduce((s, v, f) => s + (v - row[f]!) ** 2, 0);
        if (near.length === 5 && d >= near[4]!.d) return;
        near.push({ j, d });
        near.sort((p, q) => p.d - q.d);
        near.length = Math.min(near.length, 5);
      });
      const votes = SAMPLE_CLASSES.map((c) => near.filter(({ j }) => sample[j]!.className === c).length);
      return SAMPLE_CLASSES[votes.indexOf(Math.max(...votes))] === sample[i]!.className;
    }).length;
    // Chance is 1/6 of 1,200 = 200 with a standard deviation of 12.9.
    expect(right).toBeLessThan(200 + 4 * 12.9);
  });

  it('shows its motif with good contrast', async () => {
    for (const { file, box } of sample.filter((_, i) => i % 20 === 0)) {
      const data = await pixelsOf(file);
      const lumas: number[] = [];
      for (let y = Math.ceil(box.y + box.h * 0.2); y < box.y + box.h * 0.8; y++) {
        for (let x = Math.ceil(box.x + box.w * 0.2); x < box.x + box.w * 0.8; x++) {
          const i = (y * SAMPLE_SIZE + x) * 3;
          lumas.push(0.2126 * data[i]! + 0.7152 * data[i + 1]! + 0.0722 * data[i + 2]!);
        }
      }
      lumas.sort((p, q) => p - q);
      expect(lumas[Math.floor(lumas.length * 0.9)]! - lumas[Math.floor(lumas.length * 0.1)]!).toBeGreaterThan(90);
    }
  });
});

describe('writeSample', () => {
  const PER_CLASS = 4;
  const few = sampleImages(7, PER_CLASS);
  const { folder } = folderForTests();

  it('draws a data set of class folders with the true boxes beside it, once', async () => {
    const seen: number[] = [];
    const first = await writeSample(folder, { seed: 7, perClass: PER_CLASS, onProgress: (done) => seen.push(done) });
    expect(first.created).toBe(few.length);
    expect(seen).toEqual(few.map((_, i) => i + 1));
    expect((await readdir(folder)).sort()).toEqual(['images', 'truth.json']);
    expect((await readdir(first.images)).sort()).toEqual(SAMPLE_CLASSES);
    const truth = JSON.parse(await readFile(first.truth, 'utf8')) as Record<string, unknown>;
    expect(truth).toEqual(Object.fromEntries(few.map((s) => [s.file, s.box])));
    for (const s of few.filter((_, i) => i % 4 === 0)) {
      const file = path.join(first.images, s.file);
      expect(await inspect(file)).toMatchObject({ width: SAMPLE_SIZE, height: SAMPLE_SIZE });
      const { data } = await rasterise(s.svg);
      const pixels = await decodeSquare(file, SAMPLE_SIZE);
      for (let i = 0; i < SAMPLE_SIZE ** 2; i += 97) for (let c = 0; c < 3; c++) expect(pixels[i * 3 + c]).toBe(data[i * 4 + c]);
    }

    const file = path.join(first.images, few[0]!.file);
    const before = (await stat(file)).mtimeMs;
    expect((await writeSample(folder, { seed: 7, perClass: PER_CLASS })).created).toBe(0);
    expect((await stat(file)).mtimeMs).toBe(before);
  });

  it('draws missing and empty images again, and all those of another seed', async () => {
    const [missing, empty] = [few[5]!, few[6]!].map(({ file }) => path.join(folder, 'images', file)) as [string, string];
    const drawn = await Promise.all([missing, empty].map((file) => readFile(file)));
    await rm(missing);
    await writeFile(empty, '');
    expect((await writeSample(folder, { seed: 7, perClass: PER_CLASS })).created).toBe(2);
    expect(await Promise.all([missing, empty].map((file) => readFile(file)))).toEqual(drawn);
    expect((await writeSample(folder, { seed: 8, perClass: PER_CLASS })).created).toBe(few.length);
    const cancel = new AbortController();
    const run = writeSample(folder, { seed: 7, perClass: PER_CLASS, signal: cancel.signal, onProgress: (done) => done === 10 && cancel.abort() });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect((await writeSample(folder, { seed: 8, perClass: PER_CLASS })).created).toBe(few.length); // a mixture of two seeds until here
  });

  it('can be cancelled, and then counts as incomplete', async () => {
    const other = path.join(folder, 'other');
    const cancel = new AbortController();
    const run = writeSample(other, { seed: 7, perClass: PER_CLASS, signal: cancel.signal, onProgress: (done) => done === 10 && cancel.abort() });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(other)).toEqual(['images']);
    expect((await writeSample(other, { seed: 7, perClass: PER_CLASS })).created).toBe(few.length);
  });
});

describe('mapParallel', () => {
  const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  it('keeps the order and never runs more than the limit at once', async () => {
    let [running, most] = [0, 0];
    const out = await mapParallel([9, 1, 7, 3, 5, 2], 3, async (n, i) => {
      most = Math.max(most, ++running);
      await later(n);
      running--;
      return n * 10 + i;
    });
    expect(out).toEqual([90, 11, 72, 33, 54, 25]);
    expect(most).toBe(3);
    expect(await mapParallel([], 3, () => Promise.resolve(1))).toEqual([]);
  });

  it('throws the first failure after started work has ended, and starts nothing more', async () => {
    const ended: number[] = [];
    const started: number[] = [];
    const run = mapParallel([0, 1, 2, 3, 4], 2, async (n) => {
      started.push(n);
      await later(n === 0 ? 20 : 1);
      if (n === 1) throw new AppError('bad-image', 'broken');
      ended.push(n);
    });
    await expect(run).rejects.toMatchObject({ message: 'broken' });
    expect(started).toEqual([0, 1]);
    expect(ended).toEqual([0]);
  });

  it('runs nothing if cancelled before the start', async () => {
    const started: number[] = [];
    const run = mapParallel([1, 2], 2, (n) => Promise.resolve(started.push(n)), { signal: AbortSignal.abort() });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(started).toEqual([]);
  });
});
