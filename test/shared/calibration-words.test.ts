import { expect, test } from 'vitest';
import { reliabilitySentence } from '../../src/shared/calibration-words.ts';
import { NBSP } from '../../src/shared/format.ts';

test('the parts of a Brier score are named with their signs, and the share of same pairs may be above a half', () => {
  const bins = [
    { similarity: 0.4, pairs: 40, same: 14, low: 0.2, high: 0.5 },
    { similarity: 0.9, pairs: 60, same: 56, low: 0.85, high: 0.98 },
  ];
  const parts = { reliability: 0.002, resolution: 0.082, uncertainty: 0.21 };
  expect(reliabilitySentence({ pairs: 100, error: 0.04, brier: 0.13, parts, bins }, false).replaceAll(NBSP, ' ')).toContain(
    'Brier score 0.130, smaller is better: 0.210 for always saying 70 %, the share of same pairs, less 0.082 for what the distance tells, plus 0.002 for miscalibration',
  );
});
