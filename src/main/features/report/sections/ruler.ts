import type { Comparison } from '../../../../shared/comparison.ts';
import { distanceWords } from '../../../../shared/comparison-words.ts';
import { markup, type Html } from '../../../foundation/html.ts';

/** Distance and threshold on one axis from 0. The threshold is at most in the middle, so both verdicts have room. */
export function distanceRuler(comparison: Pick<Comparison, 'distance' | 'threshold' | 'images'>): Html {
  const { distance, threshold } = comparison;
  const { distance: pair, threshold: limit } = distanceWords(comparison);
  const end = Math.max(2 * threshold, 1.15 * distance) || 1;
  const at = (value: number): string => `${((100 * value) / end).toFixed(2)}%`;
  return markup`<div class="ruler" role="img" aria-label="${`Distance ${pair} on an axis from 0, threshold ${limit}`}" style="--distance:${at(distance)};--threshold:${at(threshold)}">
<span class="ruler-pair">this pair ${pair}</span><span class="ruler-bar"></span><span class="ruler-dot"></span><span class="ruler-limit">same ← threshold ${limit} → different</span>
</div>`;
}
