/**
 * Bias-corrected exponential moving average, as in Adam: s_t = w s_(t-1) + (1-w) x_t, divided by 1 - w^t. `weight` w is 0..1
 * (0: no smoothing). Gaps stay gaps and do not count.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let sum = 0;
  let mass = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return mass === 0 ? value : sum / mass;
  });
}
