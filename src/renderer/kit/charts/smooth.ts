/**
 * Exponential moving average with the bias of its start taken out, so that the first value stays itself. `weight` 0..1 (0: as it
 * is) is what each step keeps of the past. What is no number stays a gap and does not count.
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
