import { expect, test } from 'vitest';
import { comparedSentence, copiesSentence, cosineText, exampleText, nearestSentence, singleClassSentence } from '../../src/shared/example-words.ts';
import type { ComparedImage } from '../../src/shared/comparison.ts';
import type { ImageExamples, LabelledExample, PairExamples } from '../../src/shared/examples.ts';

const example = (className: string, otherClasses: string[] = []): LabelledExample => ({
  ...{ id: 1, file: 'oak/leaf.png', className, split: 'valid', cosine: 0.93412, otherClasses },
});
const of = (classes: string[], copies: ImageExamples['copies'] = []): ImageExamples => ({
  ...{ nearest: classes.map((name) => example(name)), ofClasses: [], ofOthers: [], copies },
});
const images = [{ className: 'oak' }, { className: 'elm' }] as [ComparedImage, ComparedImage];

test('the nearest are counted by class, the most frequent first, with whose class it is', () => {
  expect(nearestSentence(of(['oak', 'oak', 'elm', 'oak', 'ash']), 0, { images })).toBe(
    'A: 3 of the 5 nearest are oak, the class of A; 1 is elm, the class of B; 1 is ash.',
  );
  expect(nearestSentence(of(['ash', 'ash']), 1, { images })).toBe('B: All 2 nearest are ash.');
  expect(nearestSentence(of(['oak']), 0, { images: [images[0], images[0]] })).toBe('A: The nearest is oak, the class of A and B.');
  expect(nearestSentence(of([]), 0, { images })).toBeNull();
});

test('copies, samples, a single class and numbers are said as they are', () => {
  const copy = { id: 2, file: 'elm/leaf.png', className: 'elm', split: 'train' } as const;
  expect(copiesSentence(of([], [copy]), 1)).toBe('The data set has a copy of B, not listed here: leaf.png (elm, training).');
  expect(copiesSentence(of([], [copy, copy, copy, copy, copy]), 0)).toMatch(
    /^The data set has copies of A, .*, leaf\.png \(elm, training\) and 2 more\.$/,
  );
  expect(copiesSentence(of([]), 0)).toBeNull();
  const found = { compared: 20_000, available: 31_000, classCount: 1 } as PairExamples;
  expect(comparedSentence(found)).toContain('From 20,000 of 31,000 training and validation images, sampled');
  expect(comparedSentence({ ...found, available: 20_000 })).toBe('From 20,000 training and validation images; never from test images.');
  expect(comparedSentence({ ...found, compared: 0, available: 0 })).toContain('no training or validation images');
  expect(singleClassSentence(found)).toContain('one class');
  expect(singleClassSentence({ ...found, classCount: 2 })).toBeNull();
  expect([1, 0.99999, 0.5, -0.2].map(cosineText)).toEqual(['1.000', '> 0.999', '0.500', '−0.200']);
  expect(exampleText(example('oak', ['elm']))).toBe('leaf.png, oak, a copy is elm, validation, cosine 0.934');
});
