import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLERS } from '../../../src/main/compute/train/samplers.ts';
import { trainingPairs } from '../../../src/main/domain/pairs/sample-pairs.ts';
import { SAMPLES, type SampleKind } from '../../../src/main/nn/losses/loss.ts';
import type { ImageRecord } from '../../../src/shared/dataset.ts';
import { image } from '../../features/dataset/images.ts';

const KINDS = Object.keys(SAMPLES) as SampleKind[];

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
        for (const { images: ids } of SAMPLERS[kind](images, 7, epoch)) {
          expect(ids).toHaveLength(SAMPLES[kind].images);
          for (const id of ids) expect(images.find((i) => i.id === id)!.split).toBe('train');
        }
      }),
    );
  });

  test('differ from epoch to epoch and seed to seed; the order of the listing makes no difference', () => {
    const images = Array.from({ length: 40 }, (_, i) => image(i, `c${i % 2}`, { split: 'train' }));
    const draw = SAMPLERS[kind];
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
  expect(SAMPLERS.pairs(images, 7, 3)).toEqual(pairs.map(({ a, b, label }) => ({ images: [a, b], label })));
});

test('a triplet is an anchor, another image that shares a class with it, and one that shares none', () => {
  fc.assert(
    fc.property(someImages, fc.integer(), (images, seed) => {
      for (const { images: ids, label } of SAMPLERS.triplets(images, seed, 1)) {
        const [anchor, same, different] = ids.map((id) => classesOf(images, id)) as [Set<string>, Set<string>, Set<string>];
        expect(ids[0]).not.toBe(ids[1]);
        expect(anchor.isDisjointFrom(same)).toBe(false);
        expect(anchor.isDisjointFrom(different)).toBe(true);
        expect(label).toBe(0);
      }
    }),
  );
});

test('labelled images are two of one class, each once, none of a content that several classes have', () => {
  fc.assert(
    fc.property(someImages, fc.integer(), (images, seed) => {
      const samples = SAMPLERS.labelled(images, seed, 1);
      const ids = samples.flatMap((sample) => sample.images);
      expect(new Set(ids).size).toBe(ids.length);
      const names = [...new Set(images.filter((i) => i.split === 'train').map(({ className }) => className))].sort();
      for (const { images: two, label } of samples) {
        for (const id of two) expect([...classesOf(images, id)]).toEqual([names[label]]);
      }
    }),
  );
});
