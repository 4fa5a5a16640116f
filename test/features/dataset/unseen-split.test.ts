import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { previewFolder } from '../../../src/main/features/dataset/preview.ts';
import { unseenOf, unseenSplits } from '../../../src/main/features/dataset/unseen-split.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { type ImageRecord, SPLITS } from '../../../src/shared/dataset.ts';
import { freshStore, importFrom } from './import-helpers.ts';
import { image } from './images.ts';
import { drawClasses, temporaryFolder } from './png-files.ts';

const classesOf = (sizes: readonly number[]): ImageRecord[] => {
  let id = 0;
  return sizes.flatMap((n, c) => Array.from({ length: n }, () => image(id++, `c${String(c).padStart(2, '0')}`)));
};
const splitsOf = <K>(
  images: readonly ImageRecord[],
  source: 'unseen-classes' | 'unseen-groups',
  keyOf: (image: ImageRecord) => K,
): Map<K, Set<string>> => {
  const splits = unseenSplits(images, source, 0);
  const found = new Map<K, Set<string>>();
  images.forEach((one, i) => found.set(keyOf(one), (found.get(keyOf(one)) ?? new Set()).add(splits[i]!)));
  return found;
};

/** Classes, groups and copies at random; some images have no group. */
const someImages = fc
  .array(fc.record({ c: fc.integer({ min: 0, max: 11 }), g: fc.integer({ min: 0, max: 40 }), content: fc.integer({ min: 0, max: 5000 }) }), {
    minLength: 40,
    maxLength: 150,
  })
  .map((drafts) => drafts.map(({ c, g, content }, i) => image(i, `c${c}`, { group: g > 30 ? null : `g${g}`, sha256: `s${content}` })));

describe('a split by whole classes or groups', () => {
  test.each(['unseen-classes', 'unseen-groups'] as const)('%s: any listing is divided whole, or refused with the reason', (source) => {
    let divided = 0;
    fc.assert(
      fc.property(someImages, (images) => {
        try {
          for (const splits of splitsOf(images, source, ({ content }) => content).values()) expect(splits.size).toBe(1);
          const units = splitsOf(images, source, ({ className, group, id }) => (source === 'unseen-classes' ? className : (group ?? id)));
          for (const splits of units.values()) expect(splits.size).toBe(1);
          expect(new Set([...units.values()].flatMap((splits) => [...splits])).size).toBe(3);
          divided++;
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).message).toMatch(/need at least two|need two classes|needs a group rule/);
        }
      }),
    );
    if (source === 'unseen-groups') expect(divided).toBeGreaterThan(10);
  });

  test('20 classes of 10: 14, 3 and 3', () => {
    const splits = splitsOf(classesOf(new Array<number>(20).fill(10)), 'unseen-classes', ({ className }) => className);
    expect(SPLITS.map((split) => [...splits.values()].filter((of) => of.has(split)).length)).toEqual([14, 3, 3]);
  });

  test('six classes are the fewest', () => {
    const splits = splitsOf(classesOf([5, 5, 5, 5, 5, 5]), 'unseen-classes', ({ className }) => className);
    expect(SPLITS.map((split) => [...splits.values()].filter((of) => of.has(split)).length)).toEqual([2, 2, 2]);
    const refusal = (images: ImageRecord[]): string => {
      try {
        unseenSplits(images, 'unseen-classes', 0);
      } catch (error) {
        return (error as AppError).message;
      }
      return 'not refused';
    };
    expect(refusal(classesOf([5, 5, 5, 5, 5, 1]))).toContain('There are 5 such classes. Classes with fewer than two different images: "c05".');
    const joined = classesOf([5, 5, 5, 5, 5, 5]).map((one) => ({ ...one, group: one.className < 'c04' ? 'one' : null })); // four classes share a subject
    expect(refusal(joined)).toContain('must stay together');
  });
});

test('an import keeps classes apart, and says so; the preview names a folder with too few', async () => {
  const folder = drawClasses(temporaryFolder(), { a: 6, b: 6, c: 6, d: 6, e: 6, f: 6, g: 6 });
  const store = freshStore();
  const { dataset, warnings } = await importFrom(folder, store, { splits: 'unseen-classes' });
  const images = store.datasets.images(dataset);
  for (const ofClass of Map.groupBy(images, ({ className }) => className).values()) expect(new Set(ofClass.map(({ split }) => split)).size).toBe(1);
  expect(warnings.join('\n')).toContain('Each split has different classes');
  expect(await previewFolder({ folder, splits: 'unseen-classes' })).toMatchObject({ splitProblem: null, problem: null });
  const few = drawClasses(temporaryFolder(), { a: 6, b: 6, c: 1 });
  expect(await previewFolder({ folder: few, splits: 'unseen-classes' })).toMatchObject({
    splitProblem: expect.stringContaining('There are 2 such classes here') as string,
  });
  expect(await previewFolder({ folder: few, splits: 'unseen-groups' })).toMatchObject({
    splitProblem: expect.stringContaining('how images are grouped') as string,
  });
  await expect(importFrom(few, store, { splits: 'unseen-classes' })).rejects.toMatchObject({ code: 'bad-dataset' });
  await expect(importFrom(few, store, { splits: 'unseen-groups' })).rejects.toMatchObject({ code: 'usage' });
  expect(store.datasets.list()).toHaveLength(1);
});

test('figures are of unseen classes or groups only if no training image has any of them', () => {
  const train = [image(0, 'a', { group: 'x' }), image(1, 'b', { group: 'y' })];
  const tested = (...more: Partial<ImageRecord>[]): ImageRecord[] => more.map((one, i) => image(10 + i, 'c', { group: 'z', split: 'test', ...one }));
  expect(unseenOf(tested({}, {}), [...train, ...tested({}, {})])).toBe('classes');
  expect(unseenOf(tested({}, { className: 'a' }), train)).toBe('groups');
  expect(unseenOf(tested({ group: null }, { className: 'a' }), train)).toBe('groups'); // an image without a group is its own
  expect(unseenOf(tested({ group: 'x' }, { className: 'a' }), train)).toBe(null);
  const ungrouped = train.map((one) => ({ ...one, group: null }));
  expect(unseenOf(tested({ group: null, className: 'a' }), ungrouped)).toBe(null);
});
