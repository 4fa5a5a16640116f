import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/shared/comparison.ts';
import { completenessSentences, contourSentence, emptySentence, fullColourSentence, scaleSentence } from '../../src/shared/map-words.ts';
import { someComparison } from '../db/records.ts';

const spaced = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('completenessSentences', () => {
  const sentence = (distance: number, sum: number, baseline: number): string => {
    const { images } = someComparison('c1', 'r1');
    return completenessSentences({ method: 'path', distance, images: [{ ...images[0], completeness: { sum, baseline } }, images[1]] })[0]!;
  };

  it('shows numbers that add up as shown, for each sign', () => {
    expect(sentence(2.4417808, 1.0304415, 1.4113393)).toBe(
      'The cells of A add up to +1.03 = D(A, B) − D(0, B) = 2.44 − 1.41, where D(0, B) is the distance without the features of A.',
    );
    expect(sentence(0.2, -0.97, 1.17)).toContain('add up to −0.97 = D(A, B) − D(0, B) = 0.20 − 1.17,');
    expect(sentence(1.17, -1e-7, 1.17)).toContain('add up to 0.00 = D(A, B) − D(0, B) = 1.17 − 1.17,');
  });

  it('takes more decimals where rounding alone would make them differ', () => {
    expect(sentence(2.4449, 1.0398, 1.4051)).toContain('add up to +1.040 = D(A, B) − D(0, B) = 2.445 − 1.405,');
    expect(sentence(2.005001, 1.004999, 1)).toContain('add up to +1.005 = D(A, B) − D(0, B) = 2.005 − 1.000,'); // off by 2e-6
  });

  it('shows three figures of small distances', () => {
    expect(sentence(0.0012345, 0.000711, 0.0005235)).toContain('add up to +0.00071 = D(A, B) − D(0, B) = 0.00123 − 0.00052,');
  });

  it('has as many decimals for B as for A', () => {
    const [a, b] = someComparison('c1', 'r1').images;
    const images: Comparison['images'] = [
      { ...a, completeness: { sum: 1.0398, baseline: 1.4051 } },
      { ...b, completeness: { sum: 0.4449, baseline: 2 } },
    ];
    const sentences = completenessSentences({ method: 'path', distance: 2.4449, images });
    expect(sentences[0]).toContain('+1.040 = D(A, B) − D(0, B) = 2.445 − 1.405,');
    expect(sentences[1]).toContain('+0.445 = D(A, B) − D(A, 0) = 2.445 − 2.000,'); // 2.44 if B stood alone
  });

  it('says so if they do not add up', () => {
    expect(sentence(2, 1, 0.5)).toContain('add up to +1.00, while D(A, B) − D(0, B) = 2.00 − 0.50,');
    expect(sentence(2, 1.49, 0.5)).toContain('add up to +1.490, while D(A, B) − D(0, B) = 2.000 − 0.500,');
  });

  it('has numbers that add up for any distances', () => {
    const value = (i: number): number => ((i * 2654435761) % 2 ** 32) / 2 ** 32;
    for (let i = 1; i < 500; i++) {
      const [distance, baseline] = [3 * value(i), 3 * value(i + 1000)];
      const [, sum, whole, rest] = /add up to (\S+) = .* = (\S+) − (\S+), where/.exec(
        sentence(distance, distance - baseline + 1e-6 * value(i + 2000), baseline),
      )!;
      expect(Number(whole) - Number(rest)).toBeCloseTo(Number(sum!.replace('−', '-')), 7);
    }
  });
});

describe('emptySentence', () => {
  const at = (more: Partial<Comparison>): Comparison => someComparison('c1', 'r1', more);

  it('names the layer where it can be chosen, and none for path', () => {
    expect(emptySentence(at({ layer: 'stage2' }), 'no-factual')).toBe(
      'This image has no evidence for “different” at layer stage2: its factual map is empty.',
    );
    expect(emptySentence(at({ method: 'path' }), 'no-factual')).toBe('This image has no evidence for “different”: its factual map is empty.');
    expect(emptySentence(at({ method: 'path' }), 'no-activation')).not.toMatch(/layer/);
  });

  it('says what the maps explain', () => {
    expect(emptySentence(at({ method: 'path', target: 'distance' }), 'no-counterfactual')).toBe(
      'This image has no evidence for a smaller distance: its counterfactual map is empty.',
    );
  });
});

describe('scaleSentence', () => {
  it('says soft edges of interpolated maps only', () => {
    const comparison = someComparison('c1', 'r1');
    expect(spaced(scaleSentence(comparison, 'pair'))).toContain('Each map has 7 × 7 cells, interpolated to the image, so its edges are soft.');
    expect(spaced(scaleSentence(comparison, 'pair', { cells: true }))).toContain(
      'Each map has 7 × 7 cells, enlarged to the image without interpolation.',
    );
  });

  it('says that the largest value of a stretched pair may be in any of its maps', () => {
    expect(fullColourSentence(someComparison('c1', 'r1'), 'pair')).toContain(
      'full colour is 0.500 (in units of distance), the largest value in its four maps.',
    );
  });

  it('names the method whose maps share the scale', () => {
    const runScale = { fullColour: 0.6, images: 512 };
    expect(fullColourSentence(someComparison('c1', 'r1', { method: 'path', runScale }), 'run')).toContain('by the method Path: full colour is 0.600');
  });
});

it('the contour encloses no more than its share, and no value below its level', () => {
  expect(spaced(contourSentence(someComparison('c1', 'r1')))).toBe(
    'The dashed line encloses at most the strongest 10 % of the image’s area (values above the map’s 90th percentile and 5 % of its largest value).',
  );
});
