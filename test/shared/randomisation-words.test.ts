import { describe, expect, test } from 'vitest';
import { dependenceOf, figureBelow, rankOfSign } from '../../src/shared/randomisation.ts';
import { correlationText, DEPENDENCE_WORDS, redrawnWords, randomisationSentence, stepsSentence } from '../../src/shared/randomisation-words.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
const endingAt = (mean: number) => ({
  steps: [
    { redrawn: 'fc.2', mean: 0.9, low: 0.5, high: 1 },
    { redrawn: 'stem', mean, low: -0.3, high: 0.4 },
  ],
  images: 32,
  redraws: 3,
});

describe('the words on redrawn weights', () => {
  test('the last step decides whether maps depend on what was learnt', () => {
    expect([-0.4, 0.29, 0.3, 0.59, 0.6, 1].map((mean) => dependenceOf(endingAt(mean)))).toEqual([
      'learnt',
      'learnt',
      'partly',
      'partly',
      'structure',
      'structure',
    ]);
    expect(randomisationSentence(endingAt(0.08))).toBe(
      'The maps change when the network’s weights are redrawn (rank correlation 0.08 with all weights redrawn; mean of 32 validation images and 3 redraws, 1 would be the same order of cells), so they depend on what was learnt.',
    );
    expect(randomisationSentence(endingAt(0.72))).toMatch(/^The maps hardly change .* 0\.72 .*, so they do not show what was learnt/);
    expect(randomisationSentence(endingAt(0.4))).toMatch(/^The maps change in part .*, so they depend on what was learnt, and also on /);
    expect(DEPENDENCE_WORDS.structure.tone).toBe('warn');
    expect(stepsSentence(endingAt(0))).toBe(
      'Redrawn one after the other, from the end of the network to its start: (1) the head’s last layer, fc.2; (2) the backbone, stem.',
    );
    const step = { mean: 0, low: 0, high: 0 };
    const named = (...names: string[]): string => stepsSentence({ steps: names.map((redrawn) => ({ redrawn, ...step })) });
    expect(named('fc.2', 'fc.0', 'features.7 to features.13', 'features.2', 'stem')).toBe(
      'Redrawn one after the other, from the end of the network to its start: (1) the head’s last layer, fc.2; (2) the head’s first layer, fc.0; (3) the backbone’s last stage, features.7 to features.13; (4) its stage 2 of 3, features.2; (5) its first stage, stem.',
    );
    expect(named('probe')).toBe('Redrawn one after the other, from the end of the head to its start: (1) the head, probe.');
    const headOnly = randomisationSentence({ steps: [{ redrawn: 'probe', ...step }], images: 32, redraws: 3 });
    expect(headOnly).toContain('The maps change when the head’s weights are redrawn (rank correlation 0.00 with all weights of the head redrawn;');
    expect(headOnly).toContain('so this checks the head alone');
    expect(named('probe', 'stem', 'a')).toMatch(/: \(1\) the head, probe; \(2\) the backbone’s last stage, stem; /);
  });

  test('a correlation has a true minus sign, and none at zero', () => {
    expect([0.084, -0.31, -0.001, 1].map(correlationText)).toEqual(['0.08', '−0.31', '0.00', '1.00']);
  });

  test('a figure counts only above the limit of redrawn networks', () => {
    const figure = { median: 0.33, limit: 0.44 };
    expect([0.43, 0.44, 0.45].map((value) => figureBelow(figure, value) !== null)).toEqual([false, false, true]);
    expect([figureBelow(null, 1), figureBelow(undefined, 1)]).toEqual([null, null]);
    expect(plain(redrawnWords(figure))).toBe('redrawn networks: 33 %, in 95 % of their maps at most 44 %');
    expect([0.49, 0.5].map(rankOfSign)).toEqual(['minor', 'major']);
  });
});
