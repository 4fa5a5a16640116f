import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLERS } from '../../../src/main/compute/train/samplers.ts';
import { trainingPairs } from '../../../src/main/domain/pairs/sample-pairs.ts';
import { SAMPLES, type SampleKind } from '../../../src/main/nn/losses/loss.ts';
import type { ImageRecord } from '../../../src/shared/dataset.ts';
import { image } from '../../features/dataset/images.ts';

const KINDS = (Object.keys(SAMPLES) as SampleKind[]).filter((kind) => kind !== 'none');
const BATCH = { classesPerStep: 3, imagesPerClass: 2, negatives: 'anywhere' as const };

/** Any listing: some images hold the content of others, in the same class or another, and a quarter isn't for training. */
const someImages = fc
  .array(fc.record({ c: fc.integer({ min: 0, max: 4 }), content: fc.integer({ min: 0, max: 30 }) }), { maxLength: 40 })
  .map((drafts) => drafts.map(({ c, content }, i) => image(i * 3, `c${c}`, { sha256: `s${content}`, split: i % 4 ? 'train' : 'valid' })));

const classesOf = (images: readonly ImageRecord[], id: number): Set<string> => {
  const { sha256 } = images.find((i) => i.id === id)!;
  return new Set(images.filter((i) => i.sha256 === sha256 && i.split === 'train').map(({ className }) => className));
};

describe.each(KINDS)('%s', (kind) => {
  test('come from training images alone, with the number of images per sample of their kind', () => {
    fc.assert(
      fc.property(someImages, fc.integer({ min: 1, max: 9 }), (images, epoch) => {
        for (const { images: ids } of SAMPLERS[kind](images, 7, epoch, BATCH)) {
          expect(ids).toHaveLength(SAMPLES[kind].images);
          for (const id of ids) expect(images.find((i) => i.id === id)!.split).toBe('train');
        }
      }),
    );
  });

  test('differ from epoch to epoch and seed to seed; the order of the listing makes no difference', () => {
    const images = Array.from({ length: 40 }, (_, i) => image(i, `c${i % 2}`, { split: 'train' }));
    const draw = (from: typeof images, seed: number, epoch: number) => SAMPLERS[kind](from, seed, epoch, BATCH);
    const first = draw(images, 7, 1);
    expect(first.length).toBeGreaterThan(0);
    expect(draw([...images].reverse(), 7, 1)).toEqual(first);
    expect(draw(images, 7, 2)).not.toEqual(first);
    expect(draw(images, 8, 1)).not.toEqual(first);
  });
});

test('pairs are the training pairs, in their order', () => {
  const images = Array.from({ length: 20 }, (_, i) => image(i, `c${i % 2}`, { split: 'train' }));
  const pairs = trainingPairs(images, 7, 3);
  expect(SAMPLERS.pairs(images, 7, 3, BATCH)).toEqual(pairs.map(({ a, b, label }) => ({ images: [a, b], label })));
});

describe('labelled images', () => {
  const drawn = (images: readonly ImageRecord[], seed: number, batch = BATCH) => SAMPLERS.labelled(images, seed, 1, batch);
  const ofClasses = (...sizes: number[]): ImageRecord[] =>
    sizes.flatMap((size, c) => Array.from({ length: size }, (_, i) => image(100 * c + i, `c${c}`, { split: 'train' })));
  const counts = (labels: readonly number[]): number[] => [...Map.groupBy(labels, (label) => label).values()].map(({ length }) => length).sort();
  const stepsOf = (samples: readonly { label: number }[], size: number): number[][] =>
    Array.from({ length: samples.length / size }, (_, i) => samples.slice(i * size, (i + 1) * size).map(({ label }) => label));

  test('have the label of their class; a step has no content twice, and none that several classes have', () => {
    fc.assert(
      fc.property(someImages, fc.integer(), (images, seed) => {
        const single = images.filter((i) => i.split === 'train' && classesOf(images, i.id).size === 1);
        const names = [...new Set(single.map(({ className }) => className))].sort();
        const contents = new Set(single.map(({ sha256 }) => sha256));
        const samples = drawn(images, seed);
        const size = Math.min(6, contents.size);
        expect(samples).toHaveLength(size === 0 ? 0 : size * Math.max(1, Math.floor(contents.size / size)));
        samples.forEach(({ images: [id], label }, i) => {
          expect([...classesOf(images, id!)]).toEqual([names[label]]);
          const step = samples.slice(i - (i % size), i).map((sample) => images.find((one) => one.id === sample.images[0])!.sha256);
          expect(step).not.toContain(images.find((one) => one.id === id)!.sha256);
        });
      }),
    );
  });

  test('every step has the chosen number of classes and of images of each', () => {
    for (const labels of stepsOf(drawn(ofClasses(20, 20, 20, 20, 20), 1), 6)) expect(counts(labels)).toEqual([2, 2, 2]);
  });

  test('with fewer classes a step has more images of each', () => {
    for (const labels of stepsOf(drawn(ofClasses(30, 30), 1, { ...BATCH, classesPerStep: 4, imagesPerClass: 3 }), 12))
      expect(counts(labels)).toEqual([6, 6]);
  });

  test('a small class comes in turn like a large one, with all it has', () => {
    const steps = stepsOf(drawn(ofClasses(50, 50, 1), 1, { ...BATCH, imagesPerClass: 4 }), 12);
    expect(steps).toHaveLength(8);
    const small = steps.map((labels) => labels.filter((label) => label === 2).length);
    expect(Math.max(...small)).toBe(1);
    expect(small.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(6);
  });

  test('an epoch has each image of equal classes once', () => {
    const ids = drawn(ofClasses(12, 12), 1, { ...BATCH, classesPerStep: 2 }).flatMap(({ images }) => images);
    expect(new Set(ids).size).toBe(24);
    expect(ids).toHaveLength(24);
  });
});
