import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readingSample } from '../../../src/main/features/training/plans.ts';
import { readingSeconds, samplePositions } from '../../../src/main/features/training/reading-time.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { hasCompute, openTestWorkbench } from './test-workbench.ts';

describe('the time to read images, from a sample', () => {
  test('the sample has the smallest and the largest image, the others spread, each once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (images) => {
        const positions = samplePositions(images, 16);
        if (images > 0) expect([positions[0], positions.at(-1)]).toEqual([0, images - 1]);
        expect(positions.length).toBe(images >= 33 ? 18 : new Set(positions).size);
        for (const [i, position] of positions.entries()) {
          expect(position).toBeLessThan(images);
          if (i > 0) expect(position).toBeGreaterThan(positions[i - 1]!);
          if (i > 0) expect(position - positions[i - 1]!).toBeLessThanOrEqual(images / 16 + 1);
        }
      }),
    );
  });

  test('a time linear in pixels is recovered exactly for any mix of sizes', () => {
    const megapixels = fc.double({ min: 0.01, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(megapixels, { minLength: 1, maxLength: 200 }), fc.double({ min: 0, max: 0.01, noNaN: true }), (all, fixed) => {
        const took = (mp: number): number => fixed + 0.008 * mp;
        const sorted = all.toSorted((a, b) => a - b);
        const sampled = samplePositions(sorted.length, 16).map((i) => sorted[i]!);
        const mean = all.reduce((a, b) => a + b, 0) / all.length;
        const sample = { pixels: sampled.map((mp) => mp * 1e6), meanPixels: mean * 1e6 };
        expect(readingSeconds(sample, sampled.map(took)) / took(mean)).toBeCloseTo(1, 3);
      }),
    );
  });

  test('two large photographs among two hundred small ones are counted in full', () => {
    const all = [...new Array<number>(198).fill(0.1), 24, 24]; // megapixels
    const took = (mp: number): number => 0.002 + 0.01 * mp;
    const sampled = samplePositions(all.length, 16).map((i) => all[i]!);
    const real = all.reduce((sum, mp) => sum + took(mp), 0) / all.length;
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    expect(readingSeconds({ pixels: sampled.map((mp) => mp * 1e6), meanPixels: mean * 1e6 }, sampled.map(took)) / real).toBeCloseTo(1, 6);
  });

  test('is never negative: a falling line, or one with a negative intercept, is not used', () => {
    expect(readingSeconds({ pixels: [1e6, 1e6], meanPixels: 5e6 }, [0.1, 0.3])).toBeCloseTo(0.2, 12);
    expect(readingSeconds({ pixels: [1e6, 2e6], meanPixels: 9e6 }, [0.3, 0.1])).toBeCloseTo(0.2, 12);
    const below = readingSeconds({ pixels: [1e6, 10e6], meanPixels: 1e5 }, [0.001, 1]); // through 1 Mpx and 10 Mpx: negative at 0
    expect(below).toBeGreaterThan(0);
    expect(below).toBeLessThan(0.02);
  });
});

test.skipIf(!hasCompute)('the sample of a folder has its small images and its photograph of 24 megapixels (needs the build)', async () => {
  const folder = scratch('photographs');
  const draw = async (file: string, width: number, height: number, tone: number): Promise<void> => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    const background = { r: tone, g: 255 - tone, b: 90 };
    await sharp({ create: { width, height, channels: 3, background } })
      .jpeg()
      .toFile(join(folder, file));
  };
  for (let i = 0; i < 40; i++) await draw(`${i % 2 ? 'near' : 'far'}/${String(i).padStart(2, '0')}.jpg`, 64 + i, 64, 2 * i);
  await draw('near/camera.jpg', 6000, 4000, 120);
  const app = openTestWorkbench();
  const job = await app.waitForEnd(await app.call('datasets.import', { folder, name: 'photographs' }));
  const dataset = job.result!['dataset']!;
  const { store, largeDatasets } = app.workbench;
  const images = {
    find: largeDatasets.find.bind(largeDatasets),
    rows: store.browse.rows,
    meanPixels: largeDatasets.meanPixels.bind(largeDatasets),
  };
  const sampleOf = () => readingSample(store.datasets.header(dataset), images);
  const sample = await sampleOf();
  expect(sample.files.at(-1)).toBe(join(folder, 'near', 'camera.jpg'));
  expect(sample.files[0]).toBe(join(folder, 'far', '00.jpg'));
  expect(sample.files).toHaveLength(18);
  expect(sample.pixels).toEqual([...sample.pixels].sort((a, b) => a - b));
  expect(sample.pixels.at(-1)).toBe(24e6);
  const small = Array.from({ length: 40 }, (_, i) => (64 + i) * 64).reduce((a, b) => a + b, 0);
  expect(sample.meanPixels).toBeCloseTo((small + 24e6) / 41, 3);
  const seconds = await app.workbench.compute.ask('timeReading', { files: sample.files, size: 64 });
  expect(seconds).toHaveLength(18);
  for (const s of seconds) expect(s).toBeGreaterThan(0);

  // An excluded image is neither read nor counted.
  const { ids } = await app.call('images.find', { dataset, text: 'camera' });
  await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [...ids] } });
  const without = await sampleOf();
  expect(without.files.at(-1)).toBe(join(folder, 'near', '39.jpg'));
  expect(without.meanPixels).toBeCloseTo(small / 40, 6);
});
