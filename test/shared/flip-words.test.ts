import { describe, expect, test } from 'vitest';
import type { FlipSearch, FlipTest } from '../../src/shared/flip.ts';
import { flipPictures, flipStanding, PICTURE_NAME } from '../../src/shared/flip.ts';
import { verdictClaim } from '../../src/shared/verdict-claim.ts';
import type { Comparison } from '../../src/shared/comparison.ts';
import { flipLine, flipWords } from '../../src/shared/flip-words.ts';
import { sampleComparison, sampleFlip, sampleSearch } from '../features/report/sample.ts';

const wordsOf = (changes: Partial<FlipTest> = {}, more: Partial<Comparison> = {}) =>
  flipWords({ ...sampleComparison(), similarity: 0.2, ...more, flip: { ...sampleFlip(), ...changes } });

/** Words of a search of A. */
const removedOf = (search: FlipSearch) =>
  wordsOf({ parts: { ...sampleFlip().parts, a: { remove: search, keep: sampleSearch(0, [], 'keep') } } }).rows[0]!.remove;
const keptOf = (search: FlipSearch) => wordsOf({ parts: { ...sampleFlip().parts, a: { remove: sampleSearch(12, []), keep: search } } }).rows[0]!.keep;
const copies = (within: number): (number | null)[] => Array.from({ length: 16 }, (_, i) => (i < within ? 10 : null));

describe('words of a flip test', () => {
  test('a share that no copy of the map reaches is green, and says what was blurred, how much, and the copies', () => {
    const claim = removedOf(sampleSearch(12, copies(0)));
    expect(claim).toMatchObject({ tone: 'good', sign: '✓', words: 'Changes without 12\u00a0%' });
    expect(claim.sentence).toBe(
      'Blurring the 12\u00a0% of A that its map marks most for “different” changes the verdict to “same”; of 16 turned and shifted copies of the map, none does so within 12\u00a0%.',
    );
  });

  test('a share that copies reach is never green, and from half of them on it is no better than chance', () => {
    for (let within = 1; within <= 16; within++) {
      const claim = removedOf(sampleSearch(12, copies(within)));
      expect(claim.tone).toBe(within < 8 ? 'neutral' : 'warn');
      expect(claim.sentence).toContain(within < 8 ? 'so it is not clear that the position matters.' : 'so this is no better than chance');
    }
    expect(removedOf(sampleSearch(12, copies(1))).sentence).toContain('of 16 turned and shifted copies of the map, 1 does so within 12');
    expect(removedOf(sampleSearch(12, copies(16))).sentence).toContain('all do so within 12');
  });

  test('larger shares that undo the change are named', () => {
    const back = sampleSearch(12, copies(0));
    const threshold = sampleComparison().threshold;
    const distances = back.tried.map(({ share }) => ({
      share,
      distance: share < 12 || share === 25 || share === 50 ? threshold + 0.1 : threshold - 0.1,
    }));
    expect(removedOf({ ...back, tried: distances }).sentence).toMatch(/within 12.%\. Larger shares can undo it: 25.% and 50.% did\.$/);
  });

  test('a share beyond what the map marks says so, for each image', () => {
    const { rows } = wordsOf({ marked: [10.4, 100] });
    expect(rows[0]!.remove.sentence).toMatch(
      /Only 10.% of A has evidence for “different”: beyond that, the order continues with the parts that have the least evidence against it\.$/,
    );
    expect(rows[1]!.remove.sentence).not.toContain('Only');
    expect(wordsOf({ marked: [10.4, 4] }).rows[2]!.remove.sentence).toMatch(/Only 10.% of A and 4\.0.% of B have evidence/);
    expect(wordsOf({ marked: [12, 100] }).rows[0]!.remove.sentence).not.toContain('Only');
  });

  test('no change up to 50 % is an answer, compared with the copies', () => {
    const none = removedOf(sampleSearch(null, copies(0)));
    expect(none).toMatchObject({ tone: 'neutral', words: 'No change up to 50\u00a0%' });
    expect(none.sentence).toMatch(/^Blurring up to 50.% of A, .* does not change the verdict; of 16 .*, none changes it within 50.%\.$/);
    const worse = removedOf(sampleSearch(null, copies(3)));
    expect(worse.tone).toBe('warn');
    expect(worse.sentence).toMatch(/3 change it within 50.%, so the map does not mark what the verdict depends on most\.$/);
  });

  test('the reverse: what must be kept, nothing, or more than half', () => {
    expect(keptOf(sampleSearch(0, [], 'keep'))).toMatchObject({ tone: 'neutral', words: 'Stays without any part' });
    expect(keptOf(sampleSearch(0, [], 'keep')).sentence).toBe('The verdict stays “different” when all of A is blurred: no part needs to be sharp.');
    expect(keptOf(sampleSearch(9, copies(0), 'keep'))).toMatchObject({ tone: 'good', words: 'Stays with 9\u00a0%' });
    expect(keptOf(sampleSearch(9, copies(0), 'keep')).sentence).toMatch(
      /^With only the 9.% of A .* and the rest of A blurred, the verdict stays “different”; .*none holds it within 9/,
    );
    expect(keptOf(sampleSearch(null, copies(2), 'keep')).sentence).toMatch(/does not stay “different”; .*2 hold it within 50.%/);
  });

  test('nothing is green if the verdict is wrong, the network fails its gate, or the verdict could go either way; the last two are said first', () => {
    const tones = ({ rows }: ReturnType<typeof wordsOf>): string[] => rows.flatMap(({ remove, keep }) => [remove.tone, keep.tone]);
    expect(tones(wordsOf())).toContain('good');
    const [a, b] = sampleComparison().images;
    const sameClass = { images: [a, { ...b, className: a.className }] as [typeof a, typeof b] };
    expect(verdictClaim({ ...sampleComparison(), ...sameClass }).tone).toBe('bad');
    expect(tones(wordsOf({}, sameClass))).not.toContain('good');
    const failing = wordsOf({ gate: { auc: 0.52, low: 0.44, high: 0.6, pairs: 1008, images: 84 } });
    expect(tones(failing)).not.toContain('good');
    expect(failing.limits[0]).toMatch(
      /^It is not shown that this network can tell images of this data set apart: AUC 0\.520.*, so it is unknown whether its verdicts mean anything\.$/,
    );
    const tossed = wordsOf({}, { similarity: 0.51, certainty: null });
    expect(tones(tossed)).not.toContain('good');
    expect(tossed.limits).toEqual([expect.stringContaining('could go either way')]);
  });

  test('identical pixels, a distance at the threshold and maps without evidence have no rows but a reason', () => {
    const parts = { a: null, b: null, both: null };
    expect(wordsOf({ outcome: 'identical', parts })).toMatchObject({ rows: [], limits: [expect.stringContaining('same pixels')] });
    expect(wordsOf({ outcome: 'threshold', parts })).toMatchObject({ rows: [], limits: [expect.stringContaining('at the threshold')] });
    const one = wordsOf({ parts: { ...parts, b: sampleFlip().parts.b } });
    expect(one.rows.map(({ part }) => part)).toEqual(['b']);
    expect(one.missing).toEqual([expect.stringMatching(/^The map of A has no evidence for “different”/)]);
    expect(wordsOf({ parts }).missing).toEqual([expect.stringMatching(/^The maps of A and B have no evidence/)]);
  });

  test('a page has one sentence: of the image with the smallest share, after the limits', () => {
    const comparison = { ...sampleComparison(), similarity: 0.2, flip: sampleFlip() };
    expect(flipLine(comparison)).toMatch(/^Flip test\. Blurring the 12.% of A /);
    const { a, b, both } = comparison.flip.parts;
    const only = { a: { ...a!, remove: sampleSearch(null, []) }, b: { ...b!, remove: sampleSearch(null, []) }, both };
    expect(flipLine({ ...comparison, flip: { ...comparison.flip, parts: only } })).toMatch(/^Flip test\. Blurring the 11.% of each image /);
    expect(flipLine({ ...comparison, flip: { ...comparison.flip, outcome: 'identical', parts: { a: null, b: null, both: null } } })).toContain(
      'same pixels',
    );
  });
});

describe('the result of a flip test', () => {
  test('standing by the number of copies', () => {
    expect([0, 1, 7, 8, 16].map((n) => flipStanding({ share: 5, rolled: copies(n) }))).toEqual(['better', 'unclear', 'unclear', 'chance', 'chance']);
    expect([0, 1].map((n) => flipStanding({ share: null, rolled: copies(n) }))).toEqual(['unclear', 'chance']);
    expect(flipStanding({ share: 0, rolled: [] })).toBe('unclear');
  });

  test('every changed image of every search has a picture, whose name a server accepts', () => {
    const pictures = flipPictures(sampleFlip());
    expect(pictures).toHaveLength(8);
    expect(new Set(pictures.map(({ name }) => name)).size).toBe(8);
    for (const { name } of pictures) expect(name).toMatch(PICTURE_NAME);
    for (const name of ['flip1-remove-a-c.png', 'flip1-remove-a-a.png/..', '../flip1-remove-a-a.png', 'flip-remove-a-a.png'])
      expect(name).not.toMatch(PICTURE_NAME);
    expect(flipPictures({ ...sampleFlip(), parts: { a: null, b: sampleFlip().parts.b, both: null } }).map(({ letter }) => letter)).toEqual([
      'b',
      'b',
    ]);
  });
});
