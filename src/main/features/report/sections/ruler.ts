import type { Comparison } from '../../../../shared/comparison.ts';
import { distancePair } from '../../../../shared/format.ts';
import { markup, type Html } from '../html.ts';

/** Distance and threshold on one axis from 0. The threshold is at most in the middle, so both verdicts have room. */
export function distanceRuler({ distance, threshold }: Pick<Comparison, 'distance' | 'threshold'>): Html {
  const [pair, limit] = distancePair(distance, threshold);
  const end = Math.max(2 * threshold, 1.15 * distance) || 1;
  const at = (value: number): string => `${((100 * value) / end).toFixed(2)}%`;
  return markup`<div class="ruler" role="img" aria-label="${`Distance ${pair} on an axis from 0, threshold ${limit}`}" style="--distance:${at(distance)};--threshold:${at(threshold)}">
<span class="ruler-pair">this pair ${pair}</span><span class="ruler-bar"></span><span class="ruler-dot"></span><span class="ruler-limit">same ← threshold ${limit} → different</span>
</div>`;
}
