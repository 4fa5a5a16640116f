import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Certainty } from '../../src/shared/calibration.ts';
import type { Comparison, FiledImage, Verdict } from '../../src/shared/comparison.ts';
import { pairNotices, truthOf } from '../../src/shared/pair-truth.ts';
import { similaritySentence, trueLabelSentence, verdictSentence } from '../../src/shared/comparison-words.ts';
import { queuedPairClaim, verdictClaim, verdictWithTruth } from '../../src/shared/verdict-claim.ts';
import { verdictsOf } from '../../src/main/features/compare/rank.ts';
import { someComparison } from '../db/records.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

/** A certainty of validation pairs; the interval is `half` on both sides of the similarity. */
const sure = (similarity: number, half = 0.01, beyond = false): { similarity: number; certainty: Certainty } => ({
  similarity,
  certainty: {
    low: Math.max(0, similarity - half),
    high: Math.min(1, similarity + half),
    beyond,
    over: 'images' as const,
    units: 60,
    pairs: 400,
    same: 200,
  },
});

/** A comparison of two files; `classes`: the class of each in the data set, null outside it. */
function pair(verdict: Verdict, classes: readonly [string | null, string | null], more: Partial<Comparison> = {}): Comparison {
  const base = someComparison('c1', 'r1', {
    verdict,
    ...sure(verdict === 'same' ? 0.98 : 0.02),
    ...more,
  });
  const images = base.images.map((image, i) => ({
    ...image,
    file: `/things/${'ab'[i]!}.png`,
    sha256: `content ${i}`,
    className: classes[i]!,
    split: classes[i] === null ? null : ('test' as const),
  }));
  return { ...base, images: images as unknown as Comparison['images'] };
}
const filedAs = (comparison: Comparison, filed: readonly [FiledImage[], FiledImage[]]): Comparison => ({
  ...comparison,
  images: comparison.images.map((image, i) => ({ ...image, filed: filed[i]! })) as unknown as Comparison['images'],
});
const filed = (id: number, className: string): FiledImage => ({ id, file: `${className}/${id}.png`, className });

describe('a verdict that the data set contradicts', () => {
  test('is wrong and red, in words that name the truth', () => {
    expect(verdictClaim(pair('same', ['rose', 'daisy']))).toMatchObject({
      tone: 'bad',
      sign: '✗',
      words: 'Wrong: the data set says different classes',
    });
    expect(verdictClaim(pair('different', ['rose', 'rose']))).toMatchObject({
      tone: 'bad',
      sign: '✗',
      words: 'Wrong: the data set says the same class',
    });
  });

  test('is never green, however sure the curve is', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom<Verdict>('same', 'different'), share, share, (verdict, half, similarity) => {
        const classes: [string, string] = verdict === 'same' ? ['rose', 'daisy'] : ['rose', 'rose'];
        expect(verdictClaim(pair(verdict, classes, sure(similarity, half))).tone).toBe('bad');
      }),
    );
  });

  test('is an exception where the curve says that the verdict is probably right', () => {
    expect(plain(verdictClaim(pair('same', ['rose', 'daisy'], sure(0.97, 0.02))).sentence)).toBe(
      'At this distance the fitted curve puts the share of pairs of the same class at 97 % (95 % interval 95 to 99 %). This pair is an exception.',
    );
  });

  test('could go either way near 50 %, and is no exception there', () => {
    const near = (more: { similarity: number; certainty: Certainty }, classes: [string | null, string | null]): string =>
      plain(verdictClaim(pair('different', classes, more)).sentence);
    const open = [sure(0.46), sure(0.5), sure(0.54), sure(0.3, 0.25)]; // the last interval includes 50 %
    for (const more of open)
      for (const classes of [
        ['rose', 'rose'],
        ['rose', 'daisy'],
        ['rose', null],
      ] as [string, string | null][]) {
        expect(near(more, classes)).toMatch(/So the verdict could go either way\.$/);
        expect(near(more, classes)).not.toContain('exception');
      }
    expect(near(sure(0.44), ['rose', 'rose'])).toMatch(/^(?!.*either way).*This pair is an exception\.$/);
  });

  test('that is right near 50 % is not green, as chance would be right as often', () => {
    const near = { tone: 'neutral', sign: '✓', words: 'Right, but it could have gone either way' };
    expect(verdictClaim(pair('same', ['rose', 'rose'], sure(0.52)))).toMatchObject(near);
    expect(verdictClaim(pair('same', ['rose', 'rose'], sure(0.7, 0.25)))).toMatchObject(near);
    expect(verdictClaim(pair('same', ['rose', 'rose'], sure(0.3)))).toMatchObject(near); // a threshold that is not at 50 %
    expect(queuedPairClaim({ verdict: 'different', label: 1, similarity: 0.46, certainty: null, nearThreshold: false })).toEqual(near);
    expect(queuedPairClaim({ verdict: 'different', label: 1, similarity: 0.3, certainty: { low: 0.1, high: 0.6 }, nearThreshold: false })).toEqual(
      near,
    );
    expect(verdictClaim(pair('same', ['rose', 'rose'], sure(0.56)))).toMatchObject({ tone: 'good' });
    expect(verdictClaim(pair('same', ['rose', 'daisy'], sure(0.52)))).toMatchObject({ tone: 'bad' });
  });

  test('that is right is not green just beside a threshold that is not where the curve is 50 %', () => {
    const curve = { slope: 4, midpoint: 0.5 }; // 88 % different at the threshold of 1
    const at = (distance: number, classes: [string | null, string | null] = ['rose', 'daisy']) =>
      verdictClaim(pair('different', classes, { ...sure(0.12), distance, threshold: 1, curve }));
    expect(at(1.0002)).toMatchObject({ tone: 'neutral', words: 'Right, but it could have gone either way' });
    expect(plain(at(1.0002).sentence)).toMatch(/at 88 % .*\. The distance is close to the threshold: a slightly other one has the other verdict\.$/);
    expect(at(1.06).tone).toBe('good'); // logits differ by 0.24
    expect(plain(at(1.0002, ['rose', null]).words)).toBe('Close to the threshold, 88 %');
    expect(at(1.0002, ['rose', 'rose'])).toMatchObject({ tone: 'bad', sentence: expect.not.stringContaining('exception') as string });
    const [queued] = verdictsOf([{ a: 1, b: 2, label: 1 }], [1.0002], { ...curve, threshold: 1 });
    expect(queuedPairClaim(queued!).tone).toBe('neutral');
  });

  test('is described in the same words for a queued pair', () => {
    const words = (verdict: Verdict, label: 0 | 1): [string, string] => {
      const { tone, words: text } = queuedPairClaim({ verdict, label, ...sure(verdict === 'same' ? 0.98 : 0.02), nearThreshold: false });
      return [tone, text];
    };
    expect(words('same', 1)).toEqual(['bad', verdictClaim(pair('same', ['rose', 'daisy'])).words]);
    expect(words('different', 0)).toEqual(['bad', verdictClaim(pair('different', ['rose', 'rose'])).words]);
    expect(words('same', 0)).toEqual(['good', verdictClaim(pair('same', ['rose', 'rose'])).words]);
    expect(words('different', 1)).toEqual(['good', 'Right: the data set says different classes']);
  });
});

describe('a verdict whose truth is unknown', () => {
  const outside = (more: Partial<Comparison>, verdict: Verdict = 'different'): ReturnType<typeof verdictClaim> =>
    verdictClaim(pair(verdict, ['rose', null], more));

  test.each([
    [0.02, 0.02, 'good', 'Very likely right, 98 %'],
    [0.001, 0.002, 'good', 'Very likely right, > 99 %'],
    [0.03, 0.05, 'neutral', 'Likely right, 97 %'],
    [0.12, 0.08, 'neutral', 'Likely right, 88 %'],
    [0.25, 0.1, 'warn', 'More likely right than wrong, 75 %'],
    [0.25, 0.3, 'warn', 'Could go either way, 75 %'],
    [0.46, 0.01, 'warn', 'Could go either way, 54 %'],
    [0.8, 0.1, 'warn', 'More likely wrong than right, 20 %'],
  ])('similarity %f ± %f: %s, “%s”', (similarity, half, tone, words) => {
    const claim = outside(sure(similarity, half));
    expect({ tone: claim.tone, words: plain(claim.words) }).toEqual({ tone, words });
  });

  test('is never rated very likely right where the interval is wide, nor near 50 %', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom<Verdict>('same', 'different'), share, share, (verdict, similarity, half) => {
        const right = verdict === 'same' ? similarity : 1 - similarity;
        if (right - half < 0.95) expect(outside(sure(similarity, half), verdict).tone).not.toBe('good');
      }),
    );
  });

  test('is extrapolated where no validation pair is as near or far', () => {
    expect(outside(sure(0.001, 0.001, true))).toMatchObject({ tone: 'neutral', words: 'Extrapolated: no validation pair is this far' });
    expect(plain(outside(sure(0.999, 0.001, true), 'same').sentence)).toBe(
      'At this distance the fitted curve puts the share of pairs of the same class at > 99 % (95 % interval > 99 %), extrapolated: no validation pair is this near.',
    );
  });

  test.each([null, undefined])('by a curve of an older version is not rated: certainty %s', (certainty) => {
    const { certainty: _, ...older } = pair('different', ['rose', null]);
    const claim = verdictClaim({ ...older, ...(certainty === null && { certainty }) });
    expect(claim).toMatchObject({ tone: 'neutral', words: 'How sure is not known: fitted by an older version' });
    expect(plain(claim.sentence)).toBe(
      'At this distance the fitted curve puts the share of different pairs at 98 %. An older version fitted this curve without an interval.',
    );
  });

  test('that the threshold puts on the less likely side says so', () => {
    expect(plain(outside(sure(0.8, 0.1)).sentence)).toBe(
      'At this distance the fitted curve puts the share of different pairs at 20 % (95 % interval 10 to 30 %). So the verdict is more likely wrong than right.',
    );
  });
});

describe('a right verdict on images that the network was trained on', () => {
  type Splits = readonly ['train' | 'valid' | 'test' | null, 'train' | 'valid' | 'test' | null];
  const inSplits = (splits: Splits, verdict: Verdict = 'same'): Comparison => {
    const base = pair(verdict, ['rose', 'rose']);
    return { ...base, images: base.images.map((image, i) => ({ ...image, split: splits[i]! })) as unknown as Comparison['images'] };
  };

  test.each([
    [['train', 'train'], 'Right, but the network was trained on both images', 'Same (right, trained on both)'],
    [['train', 'test'], 'Right, but the network was trained on one image', 'Same (right, trained on one)'],
    [['valid', 'train'], 'Right, but the network was trained on one image', 'Same (right, trained on one)'],
  ] as const)('%j: “%s”, grey', (splits, words, heading) => {
    expect(verdictClaim(inSplits(splits))).toMatchObject({ tone: 'neutral', sign: '✓', words });
    expect(verdictWithTruth(inSplits(splits))).toBe(heading);
  });

  test('a wrong verdict stays red, and new images stay green', () => {
    expect(verdictClaim(inSplits(['train', 'train'], 'different'))).toMatchObject({ tone: 'bad', words: 'Wrong: the data set says the same class' });
    expect(verdictClaim(inSplits(['test', 'valid'])).tone).toBe('good');
  });

  test('is never green where it is not known what the network was trained on', () => {
    expect(verdictClaim(inSplits(['test', null])).tone).toBe('neutral');
    const old = inSplits(['test', 'test']);
    for (const image of old.images) delete image.split;
    expect(verdictClaim(old)).toMatchObject({ tone: 'neutral', words: 'Right: the data set says the same class' });
  });

  test.each([
    [['train', 'train'], 'The network was trained on both images, so this says little about new ones.'],
    [['test', 'train'], 'The network was trained on image B, so this says little about new ones.'],
    [['test', 'test'], 'The network was trained on neither.'],
    [['valid', 'valid'], 'The network was trained on neither, but its epoch and threshold were chosen on both.'],
    [['valid', 'test'], 'The network was trained on neither, but its epoch and threshold were chosen on image A.'],
    [[null, 'test'], 'It is not known whether the network was trained on them.'],
  ] as const)('the report says what is known of the pair: %j', (splits, known) => {
    expect(trueLabelSentence(inSplits(splits))).toBe(`In the data set the two images are of the same class. The verdict agrees with that. ${known}`);
  });
});

describe('what the data set says of a pair', () => {
  test('a file under two classes leaves it open only if the other image is in one of them', () => {
    const two = [filed(1, 'rose'), filed(2, 'daisy')];
    expect(truthOf(filedAs(pair('same', ['rose', 'rose']), [two, [filed(3, 'rose')]]))).toBe('unclear');
    expect(truthOf(filedAs(pair('same', ['rose', 'tulip']), [two, [filed(3, 'tulip')]]))).toBe('different');
    expect(truthOf(filedAs(pair('same', ['rose', 'rose']), [[filed(1, 'rose')], [filed(3, 'rose'), filed(4, 'rose')]]))).toBe('same');
    expect(truthOf(pair('same', ['rose', null]))).toBe('unknown');
  });

  test('in a run on groups: their group, whatever their classes', () => {
    const meaning = { same: 'group', noun: 'listing' } as const;
    const of = (id: number, className: string, group: string | null): FiledImage => ({ ...filed(id, className), group });
    const flats = (a: FiledImage[], b: FiledImage[]): Comparison => filedAs(pair('same', ['rose', 'rose'], { meaning }), [a, b]);
    expect(truthOf(flats([of(1, 'rose', 'x')], [of(2, 'tulip', 'x')]))).toBe('same');
    expect(truthOf(flats([of(1, 'rose', 'x')], [of(2, 'rose', 'y')]))).toBe('different');
    expect(truthOf(flats([of(1, 'rose', null)], [of(2, 'rose', null)]))).toBe('different'); // each is its own group
    expect(truthOf(flats([of(1, 'rose', 'x'), of(3, 'rose', 'y')], [of(2, 'rose', 'x')]))).toBe('unclear');
    const wrong = flats([of(1, 'rose', 'x')], [of(2, 'rose', 'y')]);
    expect(verdictClaim(wrong).words).toBe('Wrong: the data set says different listings');
    expect(plain(verdictClaim(wrong).sentence)).toContain('the share of pairs of the same listing at');
    expect(trueLabelSentence(wrong)).toContain('the two images are of different listings');
    expect(queuedPairClaim({ verdict: 'same', label: 0, similarity: 0.9, certainty: null, nearThreshold: false }, meaning).words).toBe(
      'Right: the data set says the same listing',
    );
  });

  test('an unclear truth is neither right nor wrong', () => {
    const unclear = filedAs(pair('different', ['rose', 'rose']), [[filed(1, 'rose'), filed(2, 'daisy')], [filed(3, 'rose')]]);
    expect(verdictClaim(unclear)).toMatchObject({ tone: 'neutral', sign: '?', words: 'Truth unclear: filed under several classes' });
    expect(pairNotices(unclear)).toEqual([
      {
        kind: 'two-classes',
        image: 0,
        classes: ['daisy', 'rose'],
        text: 'a.png is filed under both daisy and rose, so it is unclear whether the verdict is right.',
      },
    ]);
  });

  test('a file under three classes is named with all of them', () => {
    const [notice] = pairNotices(filedAs(pair('same', ['a', 'a']), [[filed(1, 'c'), filed(2, 'a'), filed(4, 'b')], [filed(3, 'a')]]));
    expect(notice!.text).toBe('a.png is filed under a, b and c, so it is unclear whether the verdict is right.');
  });

  test('an image outside the data set is named', () => {
    const text = (classes: [string | null, string | null]): string[] => pairNotices(pair('same', classes)).map((notice) => notice.text);
    expect(text(['rose', null])).toEqual([
      'b.png is not in the data set, so it is unknown whether the verdict is right. The similarity is only valid for images like those that the network was evaluated on.',
    ]);
    expect(text([null, null])[0]).toMatch(/^a\.png and b\.png are not in the data set, so it is unknown/);
    expect(text(['rose', 'daisy'])).toEqual([]);
  });
});

test('a heading has the verdict with its truth, where that is known', () => {
  expect(verdictWithTruth(pair('same', ['rose', 'daisy']))).toBe('Same (wrong)');
  expect(verdictWithTruth(pair('different', ['rose', 'daisy']))).toBe('Different (right)');
  expect(verdictWithTruth(pair('different', ['rose', null]))).toBe('Different');
});

describe('identical files', () => {
  const copies = (classes: [string, string], ids: [number, number]): Comparison => {
    const base = filedAs(
      pair('same', classes),
      [0, 1].map(() => classes.map((name, i) => filed(ids[i]!, name)).filter((one, i, all) => all.findIndex(({ id }) => id === one.id) === i)) as [
        FiledImage[],
        FiledImage[],
      ],
    );
    return { ...base, distance: 0, images: base.images.map((image) => ({ ...image, sha256: 'one' })) as unknown as Comparison['images'] };
  };

  test('are evidence of nothing', () => {
    expect(verdictClaim(copies(['rose', 'rose'], [1, 2]))).toMatchObject({
      tone: 'neutral',
      words: 'Identical images: no evidence',
    });
  });

  test('have the distance 0 up to rounding, and no share', () => {
    const rounded = { ...copies(['rose', 'rose'], [1, 2]), distance: 1e-6, threshold: 1.521968, similarity: 0.991 };
    expect(verdictSentence(rounded)).toBe('The network considers these the same: distance 0 up to rounding, below the threshold of 1.52.');
    expect(verdictClaim(rounded).sentence).toBe(
      'Identical images get the same embedding, so their distance is 0 up to rounding, whatever the network has learned.',
    );
    expect(similaritySentence(rounded, null)).toBeNull();
  });

  test('of one name are distinguished by their folders', () => {
    const base = copies(['rose', 'tulip'], [1, 2]);
    const images = base.images.map((image, i) => ({ ...image, file: `/things/${['rose', 'tulip'][i]!}/X.jpg` })) as unknown as Comparison['images'];
    expect(pairNotices({ images })[0]!.text).toBe(
      'rose/X.jpg and tulip/X.jpg are identical files, filed under both rose and tulip: it may show both, or one class is wrong.',
    );
    const outside = images.map((image, i) => ({ ...image, sha256: String(i), filed: [], className: null })) as unknown as Comparison['images'];
    expect(pairNotices({ images: outside })[0]!.text).toMatch(/^rose\/X\.jpg and tulip\/X\.jpg are not in the data set/);
  });

  test('copies with the same pixels but other bytes count as identical', () => {
    const both = [filed(1, 'rose'), filed(2, 'rose')];
    const tagged = filedAs(pair('same', ['rose', 'rose']), [both, both]);
    expect(verdictClaim(tagged).words).toBe('Identical images: no evidence');
    expect(pairNotices(tagged)).toEqual([
      { kind: 'identical', text: 'a.png and b.png have identical pixels, so every network considers them the same.' },
    ]);
  });

  test('in one class, in two classes, and one file with itself', () => {
    const first = (comparison: Comparison): { kind: string; text: string } => pairNotices(comparison)[0]!;
    expect(first(copies(['rose', 'rose'], [1, 2]))).toMatchObject({
      kind: 'identical',
      text: 'a.png and b.png are identical files, so every network considers them the same.',
    });
    expect(first(copies(['rose', 'daisy'], [1, 2]))).toMatchObject({
      kind: 'two-classes',
      text: 'a.png and b.png are identical files, filed under both daisy and rose: it may show both, or one class is wrong.',
    });
    const self = copies(['rose', 'rose'], [1, 1]);
    const same = { ...self, images: [self.images[0], self.images[0]] as Comparison['images'] };
    expect(first(same)).toMatchObject({ kind: 'same-image', text: 'A and B are the same image, so every network considers them the same.' });
    expect(pairNotices(copies(['rose', 'daisy'], [1, 2]))).toHaveLength(1);
  });
});
