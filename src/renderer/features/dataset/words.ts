import { countText } from '../../../shared/format.ts';

/** Largest and smallest class; null while the ratio is below 2. */
export function imbalanceText(classes: readonly { className: string; included: number }[]): string | null {
  const used = classes.filter(({ included }) => included > 0).toSorted((a, b) => a.included - b.included);
  const [least, most] = [used[0], used.at(-1)];
  if (!least || !most || most.included < 2 * least.included) return null;
  return `Unbalanced: ${most.className} ${countText(most.included)}, ${least.className} ${countText(least.included)}`;
}
