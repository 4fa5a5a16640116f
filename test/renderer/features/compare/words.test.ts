import { describe, expect, test } from 'vitest';
import { actionFor } from '../../../../src/renderer/features/compare/keys.ts';
import { dominantKind, mapMark, signedCaption, weakText } from '../../../../src/renderer/features/compare/map-facts.ts';
import { MapPainter, paintersOf } from '../../../../src/renderer/features/compare/painter.ts';
import { formatRef, parseRef } from '../../../../src/renderer/features/compare/image-ref.ts';
import { entryOf } from '../../../../src/renderer/features/compare/repair.ts';
import { judgedElsewhere, judgedElsewhereText, legendTicks, offsetWords, valueWords } from '../../../../src/renderer/features/compare/words.ts';
import { borderWarning, evidenceSentence } from '../../../../src/shared/map-words.ts';
import type { RedrawnReference } from '../../../../src/shared/randomisation.ts';
import { evidencePosition } from '../../../../src/shared/maps/evidence.ts';
import { layerTable } from '../../../../src/shared/maps/paint.ts';
import { resample } from '../../../../src/shared/maps/field.ts';
import type { ComparisonRow } from '../../../../src/shared/comparison.ts';
import { someComparison } from '../../../db/records.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

test('an image reference survives the route, whatever its path', () => {
  for (const ref of [{ dataset: 'flowers', id: 12 }, { file: '/a b/<img onerror>&c=1?#\n"שלום".jpg' }, { file: 'C:\\x\\y.png' }])
    expect(parseRef(formatRef(ref))).toEqual(ref);
  for (const bad of ['', undefined, 'flowers', 'flowers/', '/3', 'flowers/-1', 'flowers/1.5', 'a/b/1', 'file:']) expect(parseRef(bad)).toBeNull();
});

describe('words', () => {
  test('a value names the verdict it supports, or its effect on the distance', () => {
    expect(valueWords({ verdict: 'same', target: 'verdict' }, 0.82)).toBe('+0.820 for “same”');
    expect(valueWords({ verdict: 'different', target: 'verdict' }, -0.0041)).toBe('−0.00410 against “different”');
    expect(valueWords({ verdict: 'same', target: 'distance' }, 1)).toBe('+1.00 for a larger distance');
    expect(valueWords({ verdict: 'same', target: 'verdict' }, 0)).toBe('0');
  });

  test('the offset is a distance and a percentage of the threshold', () => {
    expect(offsetWords({ distance: 2.6, threshold: 1.3 })).toBe('1.30 (100\u00a0%) above the threshold');
    expect(offsetWords({ distance: 0.65, threshold: 1.3 })).toBe('0.65 (50\u00a0%) below the threshold');
    expect(offsetWords({ distance: 1.3, threshold: 1.3 })).toBe('at the threshold');
  });

  test('the offset is the difference of the distances beside it', () => {
    // Shown as 1.42 and 1.52: 0.1098 alone would be rounded to 0.11.
    expect(offsetWords({ distance: 1.4151, threshold: 1.5249 })).toBe('0.10 (7.2\u00a0%) below the threshold');
    expect(offsetWords({ distance: 1.523, threshold: 1.522 })).toBe('0.001 (<\u00a00.1\u00a0%) above the threshold'); // 1.523 and 1.522
  });

  test('legend ticks end at the scale, and signed ones on both sides', () => {
    expect(legendTicks('factual', 1.4)).toEqual([
      { at: 0, text: '0' },
      { at: 0.5, text: '0.700' },
      { at: 1, text: '1.40' },
    ]);
    expect(legendTicks('signed', 1.4).map((t) => t.text)).toEqual(['−1.40', '0', '+1.40']);
    // Values of this pair above the scale are in full colour, too.
    expect(legendTicks('factual', 1.4, true).map((t) => t.text)).toEqual(['0', '0.700', '≥ 1.40']);
    expect(legendTicks('signed', 1.4, true).map((t) => t.text)).toEqual(['≤ −1.40', '0', '≥ +1.40']);
    expect(legendTicks('counterfactual', 0)).toEqual([{ at: 0, text: '0' }]);
    expect(legendTicks('signed', NaN)).toEqual([{ at: 0.5, text: '0' }]);
  });

  const left = Float32Array.from({ length: 400 }, (_, i) => (i % 20 === 0 ? 1 : 0));
  const atLeft = { position: evidencePosition({ map: left, w: 20, h: 20 }, 100, 100)!, share: 1 };
  const even = { position: evidencePosition({ map: new Float32Array(400).fill(1), w: 20, h: 20 }, 100, 100)!, share: 1 };

  test('the border warning names image and edge, and needs much evidence there', () => {
    const shown = { verdict: 'same', target: 'verdict', scale: 1 } as const;
    expect(borderWarning(shown, 'B', 'factual', atLeft)).toMatch(/in B is near the border, most at the left edge/);
    expect(borderWarning(shown, 'B', 'factual', even)).toBeNull();
  });

  /** Redrawn networks: medians 0.1 below their limits, which are those given. */
  const referenceWith = (limit: number): RedrawnReference => {
    const figure = { median: limit - 0.1, limit };
    const positions = { topFifth: figure, centre: figure, border: figure };
    return { maps: 90, positions: { major: positions, minor: null }, dominant: figure };
  };

  test('the border warning is silent if redrawn networks are as close to the border, and states their figure otherwise', () => {
    const shown = { verdict: 'same', target: 'verdict', scale: 1 } as const;
    const warning = borderWarning({ ...shown, redrawn: referenceWith(0.6) }, 'A', 'factual', atLeft)!;
    expect(plain(warning)).toContain('in A is near the border (redrawn networks: 50 %, in 95 % of their maps at most 60 %), most at');
    expect(borderWarning({ ...shown, redrawn: referenceWith(1) }, 'A', 'factual', atLeft)).toBeNull();
    expect(borderWarning({ ...shown, redrawn: referenceWith(0.6) }, 'A', 'factual', { ...atLeft, share: 0.4 })).toBeNull(); // the minor sign has no reference
  });

  test('a share is stated only with the figure of redrawn networks, and only above it', () => {
    const shown = { verdict: 'same', target: 'verdict' } as const;
    const sentence = (redrawn?: RedrawnReference, share = 1): string =>
      plain(evidenceSentence({ ...shown, ...(redrawn && { redrawn }) }, 'factual', { ...atLeft, share }));
    const alone = 'Evidence for “same”; strongest point: the upper left.';
    expect(sentence()).toBe(alone); // not measured
    expect(sentence(referenceWith(1))).toBe(alone);
    expect(sentence(referenceWith(0.9))).toBe(
      'Of the evidence for “same”, 100 % is in the strongest 20 % of the image (redrawn networks: 80 %, in 95 % of their maps at most 90 %); strongest point: the upper left.',
    );
    expect(sentence(referenceWith(0.9), 0.49)).toBe(alone); // compared with the minor sign, of which nothing is known
  });

  test('only evidence that decided is a reason to check the border', () => {
    const warned = (verdict: 'same' | 'different', target: 'verdict' | 'distance', kind: 'factual' | 'counterfactual', scale = 1): boolean =>
      borderWarning({ verdict, target, scale }, 'A', kind, atLeft) !== null;
    for (const verdict of ['same', 'different'] as const)
      expect([warned(verdict, 'verdict', 'factual'), warned(verdict, 'verdict', 'counterfactual')]).toEqual([true, false]);
    expect([warned('different', 'distance', 'factual'), warned('different', 'distance', 'counterfactual')]).toEqual([true, false]); // a larger distance
    expect([warned('same', 'distance', 'factual'), warned('same', 'distance', 'counterfactual')]).toEqual([false, true]);
    expect([9, 11].map((scale) => warned('same', 'verdict', 'factual', scale))).toEqual([true, false]); // the strongest value is 1
  });

  test('a judgement of the same pair with other maps is found, and says what differs', () => {
    const row = (id: string, more: Partial<ComparisonRow> = {}): ComparisonRow => ({
      ...someComparison(id, 'r1', { method: 'gradcam', layer: 'last' }),
      saved: false,
      judgement: null,
      note: '',
      ...more,
    });
    const shown = row('c3', { method: 'path' });
    const judged = row('c1', { judgement: 'agree' });
    const [first, second] = judged.images;
    expect(judgedElsewhere(shown, [shown, row('c2'), judged])).toBe(judged);
    expect(judgedElsewhere(shown, [{ ...judged, images: [second, first] }])).not.toBeNull();
    expect(
      judgedElsewhere(shown, [
        { ...judged, run: 'r2' },
        { ...judged, images: [first, first] },
        { ...shown, judgement: 'agree' },
      ]),
    ).toBeNull();
    expect(judgedElsewhereText(shown, judged)).toBe('Judged “agree” with Grad-CAM maps at layer last');
    expect(judgedElsewhereText(shown, { ...judged, method: 'path', target: 'distance', images: [second, first], note: 'x' })).toBe(
      'Judged “agree”, with a note, explaining the distance, with A and B swapped',
    );
    expect(judgedElsewhereText(judged, { ...judged, judgement: null, note: 'x', layer: 'first' })).toBe(
      'This pair has a note with Grad-CAM maps at layer first',
    );
    expect(judgedElsewhereText(shown, { ...shown, judgement: 'unsure' })).toBe('Judged “unsure” in an earlier comparison');
  });
});

describe('the signed view', () => {
  const comparison = someComparison('c1', 'r1', { verdict: 'same', runScale: { fullColour: 5, images: 128 } }); // weak below 0.5
  const painterOf = (signed: number[]): MapPainter =>
    new MapPainter(Float32Array.from(signed), { width: 2, height: 2 }, comparison, { width: 300, height: 200 });

  test('names the sign that dominates, with its share', () => {
    // For “same” the factual map is max(−S, 0): 3 for, 1 against.
    expect(dominantKind(painterOf([-2, -1, 1, 0]))).toEqual({ kind: 'factual', share: 0.75 });
    expect(dominantKind(painterOf([2, 0, 1, -1]))).toEqual({ kind: 'counterfactual', share: 0.75 });
    expect(dominantKind(painterOf([0, 0, 0, 0]))).toBeNull();
    const caption = signedCaption(comparison, 'A', painterOf([-2, -1, 1, 0]));
    expect(plain(caption)).toBe('Most of the evidence is for “same”; strongest point of it: the upper left. Map of 2 × 2 cells.');
    const redrawn = { maps: 9, positions: { major: null, minor: null }, dominant: { median: 0.6, limit: 0.7 } };
    expect(plain(signedCaption({ ...comparison, redrawn }, 'A', painterOf([-2, -1, 1, 0])))).toContain(
      '75 % (redrawn networks: 60 %, in 95 % of their maps at most 70 %) of the evidence is for “same”; strongest point',
    );
    expect(signedCaption(comparison, 'B', painterOf([0, 0, 0, 0]))).toMatch(/^The signed map of B is empty\./);
  });

  test('marks each sign that is weak', () => {
    expect(weakText(comparison, painterOf([-2, -1, 0.1, 0]), 'signed')).toBe(
      'Weak evidence against “same”: strongest value 0.100, below 0.500, a tenth of this run’s full colour, so no location is stated.',
    );
    expect(weakText(comparison, painterOf([-0.2, 0, 0.1, 0]), 'signed')).toMatch(/^Weak evidence: strongest value 0\.200, below 0\.500/);
    expect(weakText(comparison, painterOf([-2, 0, 3, 0]), 'signed')).toBeNull();
    expect(weakText(comparison, painterOf([-2, 0, 0.1, 0]), 'factual')).toBeNull();
    expect(weakText(comparison, painterOf([-2, 0, 3, 0]), 'none')).toBeNull();
  });

  test('the mark on an image names the weak sign where the other is not weak', () => {
    expect(mapMark(comparison, painterOf([-2, -1, 0.1, 0]), 'signed', false)).toBe('Weak evidence against “same”');
    expect(mapMark(comparison, painterOf([-0.2, 0, 1, 0]), 'signed', false)).toBe('Weak evidence for “same”');
    expect(mapMark(comparison, painterOf([-0.2, 0, 0.1, 0]), 'signed', false)).toBe('Weak evidence');
    expect(mapMark(comparison, painterOf([-2, -1, 0.1, 0]), 'counterfactual', false)).toBe('Weak evidence');
    expect(mapMark(comparison, painterOf([-2, 0, 3, 0]), 'signed', false)).toBeNull();
    expect(mapMark(comparison, painterOf([-2, 0, 3, 0]), 'counterfactual', true)).toBe('Fails its check');
    expect(mapMark(comparison, painterOf([-2, 0, 3, 0]), 'signed', true)).toBe('Evidence against “same” fails its check');
    expect(mapMark(comparison, painterOf([-0.2, 0, 3, 0]), 'signed', true)).toBe('Weak evidence for “same”. Evidence against “same” fails its check');
  });
});

describe('the painter', () => {
  const signed = Float32Array.of(1, -2, 0.5, -0.25);
  const painter = (verdict: 'same' | 'different', target: 'verdict' | 'distance'): MapPainter =>
    new MapPainter(signed, { width: 2, height: 2 }, { verdict, target }, { width: 300, height: 200 });

  test('of a pair stays the same after it was judged, so nothing is computed or painted again', () => {
    const maps: [Float32Array, Float32Array] = [signed, Float32Array.of(0, 1, 2, 3)];
    const row = { ...someComparison('c1', 'r1'), saved: false, judgement: null, note: '' };
    const before = paintersOf({ row, width: 2, height: 2, signed: maps });
    const after = paintersOf({ row: { ...row, judgement: 'agree' }, width: 2, height: 2, signed: maps });
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(before[0]).not.toBe(before[1]);
  });

  test('paints the same resampled map as the report, at 512 px', () => {
    const p = painter('different', 'verdict');
    expect([p.width, p.height, p.strongest]).toEqual([512, 341, { factual: 1, counterfactual: 2, signed: 2 }]);
    const data = new Uint8ClampedArray(p.width * p.height * 4);
    p.paint(data, 'factual', { fullColour: 2, colours: 'evidence', greysCounterfactual: false });
    const field = resample({ map: Float32Array.of(1, 0, 0.5, 0), w: 2, h: 2 }, p.width, p.height);
    for (let i = 0; i < field.length; i += 97) expect(data[i * 4 + 3]! > 0).toBe(field[i]! / 2 > 0.0005);
  });

  test('reads factual evidence as positive: the sign is inverted for “same”, never for the distance', () => {
    expect(painter('different', 'verdict').valueAt('signed', 0, 0)).toBe(1);
    expect(painter('same', 'verdict').valueAt('signed', 0, 0)).toBe(-1);
    expect(painter('same', 'verdict').valueAt('factual', 1, 0)).toBe(2);
    expect(painter('same', 'distance').valueAt('signed', 1, 0)).toBe(-2);
  });

  test('paints cells as they are: one colour a cell, that of its value, and reads the same value anywhere in it', () => {
    const p = painter('different', 'verdict');
    const data = new Uint8ClampedArray(p.width * p.height * 4);
    p.paintCells(data, 'signed', { fullColour: 2, colours: 'evidence', greysCounterfactual: false });
    const table = layerTable('evidence', 'signed');
    const colourAt = (share: number): number[] => [
      ...table.subarray((1023 + Math.round(share * 1023)) * 4, (1023 + Math.round(share * 1023)) * 4 + 4),
    ];
    const corners = [0, 511, 340 * 512, 340 * 512 + 511];
    const endOfFirstCell = 169 * 512 + 255;
    const pixels = [...corners, endOfFirstCell].map((at) => [...data.subarray(at * 4, at * 4 + 4)]);
    expect(pixels).toEqual([...signed, signed[0]!].map((value) => colourAt(value / 2).map((c, k) => (k === 3 ? Math.round(c) : c))));
    for (const at of [0, 0.2, 0.49]) expect([p.cellAt('signed', at, at), p.cellAt('signed', 0.5 + at, at)]).toEqual([1, -2]);
  });

  test('a signed map has a contour for each sign; a counterfactual map has its own', () => {
    const p = painter('different', 'verdict');
    const signedPaths = p.contour('signed', 0.5);
    expect([signedPaths.factual, signedPaths.counterfactual].every((path) => path.startsWith('M'))).toBe(true);
    expect(p.contour('factual', 0.2).counterfactual).toBe('');
    expect(p.contour('counterfactual', 0.2).factual).toBe('');
    expect(p.contour('counterfactual', 0.2).counterfactual).not.toBe('');
  });
});

test('keys: letters do nothing while typing, Ctrl+S always saves, focused controls keep arrows', () => {
  const press = (key: string, more = {}): Parameters<typeof actionFor>[0] => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });
  const free = { typing: false, usesArrows: false };
  expect(['f', 'C', 's', 'n'].map((key) => actionFor(press(key), free))).toEqual(
    ['factual', 'counterfactual', 'signed', 'none'].map((view) => ({ do: 'view', view })),
  );
  expect(['1', '2', '3', '4', '5'].map((key) => actionFor(press(key), free))).toEqual([
    ...['agree', 'unsure', 'disagree', 'wrong-label'].map((judgement) => ({ do: 'judge', judgement })),
    null,
  ]);
  expect(actionFor(press('s', { ctrlKey: true }), { typing: true, usesArrows: true })).toEqual({ do: 'save' });
  expect(['p', 'R', 'g', 'l', 'z'].map((key) => actionFor(press(key), free)?.do)).toEqual(['peek', 'scale', 'cells', 'labels', 'actual-size']);
  expect(actionFor(press('f', { ctrlKey: true }), free)).toBeNull();
  expect(actionFor(press('f'), { typing: true, usesArrows: true })).toBeNull();
  expect(actionFor(press('ArrowRight'), free)).toEqual({ do: 'next' });
  expect(actionFor(press('ArrowRight'), { typing: false, usesArrows: true })).toBeNull();
  expect(actionFor(press('j'), { typing: false, usesArrows: true })).toEqual({ do: 'next' });
});

test('keys: with Shift, X, R and T edit an image; Ctrl+Z undoes, but not in a text field', () => {
  const press = (key: string, more = {}): Parameters<typeof actionFor>[0] => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });
  const free = { typing: false, usesArrows: false };
  const shift = { shiftKey: true };
  expect(['X', 'R', 'T'].map((key) => actionFor(press(key, shift), free)?.do)).toEqual(['exclude', 'relabel', 'tag']);
  expect(['x', 'r', 't'].map((key) => actionFor(press(key), free)?.do)).toEqual(['swap', 'scale', undefined]);
  expect(actionFor(press('X', shift), { typing: true, usesArrows: true })).toBeNull();
  expect(actionFor(press('z', { ctrlKey: true }), free)).toEqual({ do: 'undo' });
  expect(actionFor(press('Z', { metaKey: true, ...shift }), free)).toEqual({ do: 'redo' });
  expect(actionFor(press('y', { ctrlKey: true }), free)).toEqual({ do: 'redo' });
  expect(actionFor(press('z', { ctrlKey: true }), { typing: true, usesArrows: true })).toBeNull();
  expect(actionFor(press('z', { ctrlKey: true, altKey: true }), free)).toBeNull();
});

test('the entry of an image in its data set is that of its file, else the last with its content', () => {
  const filed = ['b/rose.jpg', 'a/rose.jpg', 'a/tulip.jpg'].map((file, id) => ({ id, file, className: file[0]! }));
  expect(entryOf({ file: '/data/a/rose.jpg', filed })?.id).toBe(1);
  expect(entryOf({ file: 'C:\\data\\b\\rose.jpg', filed })?.id).toBe(0);
  expect(entryOf({ file: '/elsewhere/rose.jpg', filed })?.id).toBe(2);
  expect(entryOf({ file: '/data/a/rose.jpg', filed: [] })).toBeNull();
  expect(entryOf({ file: '/data/a/rose.jpg' })).toBeNull();
});
