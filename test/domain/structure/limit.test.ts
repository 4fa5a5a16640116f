import { describe, expect, it } from 'vitest';
import { type LimitFacts, limitOf } from '../../../src/main/domain/structure/limit.ts';
import { NBSP } from '../../../src/shared/format.ts';
import { limitSentence } from '../../../src/shared/structure-words.ts';
import type { ClassCell } from '../../../src/shared/structure.ts';

const cell = (a: number, b: number, pairs: number, wrong: number, loss: number): ClassCell => ({ a, b, pairs, wrong, loss, distance: 1 });

/** 4 classes of equally frequent pairs, none of which sticks out. */
const EVEN: LimitFacts = {
  auc: { value: 0.9, interval: [0.87, 0.92] },
  over: 'images',
  featuresAuc: 0.85,
  gain: { value: 0.05, interval: [0.02, 0.08] },
  pairs: 1000,
  images: 200,
  worstImages: { count: 10, loss: 0.2 },
  contradicting: { images: 0, loss: 0 },
  classes: {
    names: ['ant', 'bee', 'cat', 'dog'],
    cells: [0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3].slice(a).map((b) => cell(a, b, 100, 10, 0.1))),
  },
};
const withCell = (a: number, b: number, loss: number, wrong = 40): LimitFacts['classes'] => ({
  ...EVEN.classes,
  cells: EVEN.classes.cells.map((one) => ({
    ...one,
    ...(one.a === a && one.b === b ? { loss, wrong } : { loss: (1 - loss) / 9 }),
  })),
});
const limit = (facts: Partial<LimitFacts>, valid: Parameters<typeof limitOf>[2] = null): ReturnType<typeof limitOf> =>
  limitOf({ ...EVEN, ...facts }, 200, valid);

describe('limitOf', () => {
  it('says that the loss is spread if nothing sticks out', () => {
    expect(limit({})).toEqual({ kind: 'spread', classes: 4 });
  });

  it('names the pairs of two classes that cause far more than their share', () => {
    expect(limit({ classes: withCell(1, 2, 0.38) })).toEqual({
      kind: 'two-classes',
      names: ['bee', 'cat'],
      loss: 0.38,
      share: 0.1,
      pairs: 100,
      wrong: 40,
    });
    expect(limit({ classes: withCell(1, 2, 0.24) }).kind).toBe('spread');
    expect(limit({ classes: withCell(1, 2, 0.38, 2) }).kind).toBe('spread'); // 2 wrong verdicts prove little
    const two = { names: ['ant', 'bee'], cells: [cell(0, 0, 250, 30, 0.3), cell(0, 1, 500, 60, 0.4), cell(1, 1, 250, 30, 0.3)] };
    expect(limit({ classes: two }).kind).toBe('spread'); // half of the pairs cause 40 %
  });

  it('names one class', () => {
    const cells = EVEN.classes.cells.map((one) => ({ ...one, loss: one.a === 0 || one.b === 0 ? 0.22 : 0.02 }));
    expect(limit({ classes: { ...EVEN.classes, cells } })).toEqual({ kind: 'one-class', name: 'ant', loss: 0.88, share: 0.4 });
  });

  it('names a few images, and few images', () => {
    expect(limit({ worstImages: { count: 10, loss: 0.6 } })).toEqual({ kind: 'images', count: 10, images: 200, loss: 0.6 });
    const wide = { value: 0.9, interval: [0.8, 0.95] as [number, number] };
    expect(limit({ auc: wide })).toEqual({ kind: 'few-images', interval: [0.8, 0.95], units: 200, over: 'images' });
  });

  it('puts reasons to doubt the figures first', () => {
    const all: Partial<LimitFacts> = {
      classes: withCell(1, 2, 0.38),
      gain: { value: 0.01, interval: [-0.02, 0.04] },
      contradicting: { images: 3, loss: 0.2 },
    };
    const apart = { auc: 0.7, interval: [0.65, 0.75] as [number, number] };
    expect(limit(all, apart).kind).toBe('contradictions');
    expect(limit({ ...all, contradicting: { images: 3, loss: 0.05 } }, apart)).toEqual({ kind: 'split-gap', valid: 0.7, test: 0.9 });
    expect(limit({ ...all, contradicting: { images: 3, loss: 0.05 } }, { ...apart, interval: [0.65, 0.88] }).kind).toBe('no-gain');
    expect(limit({ ...all, auc: { value: 1, interval: [0.97, 1] } }).kind).toBe('nothing');
  });

  it('has a sentence with numbers for each', () => {
    const sentence = (facts: Partial<LimitFacts>): string => limitSentence(limit(facts), false).replaceAll(NBSP, ' ');
    expect(sentence({ classes: withCell(1, 2, 0.38) })).toBe(
      'Pairs of “bee” with “cat” cause 38 % of what this AUC lacks to 1, and are 10 % of the pairs (40 of 100 verdicts wrong). Look at these pairs first.',
    );
    expect(sentence({ classes: withCell(1, 1, 0.38) })).toMatch(/^Pairs within “bee” cause 38/);
    expect(sentence({ gain: { value: 0, interval: [-0.02, 0.02] } })).toBe(
      'No gain by training is proven: the features of the pretrained backbone alone have an AUC of 0.850 on the same pairs (95 % interval of the gain −0.020 to +0.020). Train more layers, or collect more images.',
    );
  });
});
