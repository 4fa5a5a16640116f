import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Comparison, FiledImage, Verdict } from '../../src/shared/comparison.ts';
import { pairNotices, truthOf } from '../../src/shared/pair-truth.ts';
import { similaritySentence, trueLabelSentence, verdictSentence } from '../../src/shared/comparison-words.ts';
import { queuedPairClaim, verdictClaim, verdictWithTruth } from '../../src/shared/verdict-claim.ts';
import { someComparison } from '../db/records.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

/** A comparison of two files; `classes`: the class of each in the data set, null outside it. */
function pair(verdict: Verdict, classes: readonly [string | null, string | null], more: Partial<Comparison> = {}): Comparison {
  const base = someComparison('c1', 'r1', { verdict, similarity: verdict === 'same' ? 0.99 : 0.01, support: { pairs: 400, agree: 0.99 }, ...more });
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

  test('is never green, however many validation pairs agree', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom<Verdict>('same', 'different'), fc.nat(100_000), share, share, (verdict, pairs, agree, similarity) => {
        const classes: [string, string] = verdict === 'same' ? ['rose', 'daisy'] : ['rose', 'rose'];
        expect(verdictClaim(pair(verdict, classes, { support: { pairs, agree }, similarity })).tone).toBe('bad');
      }),
    );
  });

  test('is an exception to the validation pairs, and not called one of them', () => {
    expect(plain(verdictClaim(pair('same', ['rose', 'daisy'], { support: { pairs: 412, agree: 400 / 412 } })).sentence)).toBe(
      'At this distance the fitted curve puts the share of pairs of the same class at 99.0 %. Of the validation pairs at least this far below the threshold, 400 of 412 (97.1 %) are truly of the same class. This pair is an exception.',
    );
  });

  test('is a coin toss near the threshold, not an exception', () => {
    const near = (similarity: number, classes: [string | null, string | null]): string =>
      plain(verdictClaim(pair('different', classes, { support: { pairs: 412, agree: 0.88 }, similarity })).sentence);
    for (const similarity of [0.46, 0.5, 0.54])
      for (const classes of [
        ['rose', 'rose'],
        ['rose', 'daisy'],
        ['rose', null],
      ] as [string, string | null][]) {
        expect(near(similarity, classes)).toContain('So near the threshold the verdict is a coin toss. Of the validation pairs at least this far');
        expect(near(similarity, classes)).not.toContain('exception');
      }
    expect(near(0.44, ['rose', 'rose'])).toMatch(/^(?!.*coin toss).*This pair is an exception\.$/);
  });

  test('that is right near the threshold is not green, as chance would be right as often', () => {
    const near = { tone: 'neutral', sign: '✓', words: 'Right, but near the threshold: a coin toss' };
    expect(verdictClaim(pair('same', ['rose', 'rose'], { similarity: 0.52 }))).toMatchObject(near);
    expect(queuedPairClaim({ verdict: 'different', label: 1, similarity: 0.46 })).toEqual(near);
    expect(verdictClaim(pair('same', ['rose', 'rose'], { similarity: 0.56 }))).toMatchObject({ tone: 'good' });
    expect(verdictClaim(pair('same', ['rose', 'daisy'], { similarity: 0.52 }))).toMatchObject({ tone: 'bad' });
  });

  test('is described in the same words for a queued pair', () => {
    const words = (verdict: Verdict, label: 0 | 1): [string, string] => {
      const { tone, words: text } = queuedPairClaim({ verdict, label, similarity: verdict === 'same' ? 0.99 : 0.01 });
      return [tone, text];
    };
    expect(words('same', 1)).toEqual(['bad', verdictClaim(pair('same', ['rose', 'daisy'])).words]);
    expect(words('different', 0)).toEqual(['bad', verdictClaim(pair('different', ['rose', 'rose'])).words]);
    expect(words('same', 0)).toEqual(['good', verdictClaim(pair('same', ['rose', 'rose'])).words]);
    expect(words('different', 1)).toEqual(['good', 'Right: the data set says different classes']);
  });
});

describe('a verdict whose truth is unknown', () => {
  const outside = (pairs: number, agree: number, similarity: number): ReturnType<typeof verdictClaim> =>
    verdictClaim(pair('different', ['rose', null], { support: { pairs, agree }, similarity }));

  test.each([
    [30, 0.95, 0.05, 'good', 'Well supported'],
    [30, 0.94, 0.01, 'neutral', 'Fairly supported'],
    [400, 0.8, 0.2, 'neutral', 'Fairly supported'],
    [400, 0.79, 0.01, 'warn', 'Weakly supported'],
    [400, 0.59, 0.01, 'warn', 'Barely better than guessing'],
    [400, 0.5, 0.01, 'warn', 'No better than guessing'],
    [400, 0.2, 0.01, 'warn', 'No better than guessing'],
    [29, 1, 0.001, 'neutral', 'Too few validation pairs to say'],
    [13, 1, 0.001, 'neutral', 'Too few validation pairs to say'],
    [0, 0, 0.001, 'neutral', 'Too few validation pairs to say'],
  ])('%i pairs, %f of them agreeing, similarity %f: %s, “%s”', (pairs, agree, similarity, tone, words) => {
    expect(outside(pairs, agree, similarity)).toMatchObject({ tone, words });
  });

  test('is not well supported beside the threshold, where half of the pairs are of the other kind', () => {
    const claim = outside(425, 0.96, 0.46);
    expect(claim.words).toBe('Barely better than guessing');
    expect(plain(claim.sentence)).toBe(
      'At this distance the fitted curve puts the share of different pairs at 54 %. So near the threshold the verdict is a coin toss. Of the validation pairs at least this far above the threshold, 408 of 425 (96.0 %) are truly different.',
    );
  });
});

describe('the share at the distance itself', () => {
  test('is stated first, also where the data set knows the truth: half beside the threshold', () => {
    const beside = pair('different', ['rose', 'daisy'], {
      distance: 1.523,
      threshold: 1.522,
      similarity: 0.4995,
      support: { pairs: 470, agree: 418 / 470 },
    });
    expect(plain(verdictClaim(beside).sentence)).toBe(
      'At this distance the fitted curve puts the share of different pairs at 50 %. So near the threshold the verdict is a coin toss. Of the validation pairs at least this far above the threshold, 418 of 470 (89 %) are truly different.',
    );
  });

  test('is called extrapolated where no validation pair is as near or far', () => {
    const sentence = (verdict: Verdict): string => plain(verdictClaim(pair(verdict, ['rose', 'rose'], { support: { pairs: 0, agree: 0 } })).sentence);
    expect(sentence('same')).toBe(
      'At this distance the fitted curve puts the share of pairs of the same class at 99.0 %, extrapolated: no validation pair is this near.',
    );
    expect(sentence('different')).toBe(
      'At this distance the fitted curve puts the share of different pairs at 99.0 %, extrapolated: no validation pair is this far.',
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
    expect(trueLabelSentence(inSplits(splits))).toBe(`In the data set the two images are in one class. The verdict agrees with that. ${known}`);
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
