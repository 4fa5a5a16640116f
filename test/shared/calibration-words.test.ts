import { expect, test } from 'vitest';
import { brierPartsSentence, chanceText, reliabilitySentence } from '../../src/shared/calibration-words.ts';
import { NBSP } from '../../src/shared/format.ts';

test('the Brier score is explained, its parts are named with their signs, and the share of same pairs may be above a half', () => {
  const bins = [
    { similarity: 0.4, pairs: 40, same: 14, low: 0.2, high: 0.5 },
    { similarity: 0.9, pairs: 60, same: 56, low: 0.85, high: 0.98 },
  ];
  const parts = { reliability: 0.002, resolution: 0.082, uncertainty: 0.21 };
  const reliability = { pairs: 100, error: 0.04, brier: 0.13, parts, bins };
  const plain = (text: string): string => text.replaceAll(NBSP, ' ');
  expect(plain(reliabilitySentence(reliability, false))).toBe(
    'On 100 test pairs similarities differ from the share of same pairs by 4.0 percentage points on average (expected calibration error). Their mean squared error (Brier score) is 0.130. 0 is perfect; always saying 70 %, the share of same pairs, gives 0.210.',
  );
  expect(plain(reliabilitySentence({ ...reliability, chance: 0.0331 }, false))).toContain(
    '(expected calibration error). Perfect similarities would differ by about 3.3 percentage points on so few images, by chance. Their',
  );
  expect([plain(chanceText({ ...reliability, chance: 0.0331 })), chanceText(reliability)]).toEqual([
    ' (perfect similarities: about 3.3 % by chance)',
    '',
  ]);
  expect(plain(brierPartsSentence(reliability))).toBe(
    'The Brier score is 0.210, less 0.082 for what the distance tells, plus 0.002 for miscalibration, up to binning.',
  );
});
