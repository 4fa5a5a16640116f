const STEPS = 200; // over the axis, at most

/** Round distances for the keys: 1, 2 or 5 times a power of ten, at most STEPS of them on an axis from 0 to `end`. */
export function roundStep(end: number): number {
  const least = end / STEPS;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((times) => times * power >= least * (1 - 1e-9)) ?? 10);
}

/**
 * Where a key moves a threshold on an axis from 0 to `end`: arrows to the next round distance, Page keys ten of them on, Home and End to the
 * ends. null: another key.
 */
export function thresholdAfter(key: string, threshold: number, end: number): number | null {
  const step = roundStep(end);
  const now = threshold / step;
  const [below, above] = [Math.ceil(now - 1e-6) - 1, Math.floor(now + 1e-6) + 1];
  const moves: Record<string, number> = {
    ...{ ArrowLeft: below * step, ArrowDown: below * step, ArrowRight: above * step, ArrowUp: above * step },
    ...{ PageDown: (below - 9) * step, PageUp: (above + 9) * step, Home: 0, End: end },
  };
  const to = moves[key];
  return to === undefined ? null : Number(Math.min(Math.max(to, 0), end).toPrecision(6));
}
