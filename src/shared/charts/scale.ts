import { scaleLinear } from 'd3-scale';

export interface Tick {
  at: number; // px
  label: string;
}

export interface Axis {
  domain: [number, number];
  position(value: number): number; // px
  ticks: Tick[];
}

/** A linear axis from `domain` (data) to `range` (px), with about `count` round ticks inside the domain. */
export function linearAxis(domain: [number, number], range: [number, number], count: number, nice = true): Axis {
  const scale = scaleLinear(domain, range);
  if (nice) scale.nice(count);
  const format = scale.tickFormat(count);
  const [low, high] = scale.domain();
  return {
    domain: [low, high],
    position: (value) => scale(value),
    ticks: scale.ticks(count).map((value) => ({ at: scale(value), label: format(value) })),
  };
}

/** An axis of whole numbers, such as epochs or pairs: no ticks between them. */
export function countingAxis(domain: [number, number], range: [number, number], count: number, nice = false): Axis {
  const axis = linearAxis(domain, range, count, nice);
  const whole = scaleLinear(axis.domain, range).ticks(count).filter(Number.isInteger);
  return { ...axis, ticks: whole.map((value) => ({ at: axis.position(value), label: value.toLocaleString('en-US') })) };
}

/** The smallest and largest finite value, widened if they are equal; `fallback` if there is none. */
export function extentOf(values: readonly number[], fallback: [number, number] = [0, 1]): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return fallback;
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Moves label positions until they are `gap` px apart within [low, high]. Their order stays. */
export function spreadLabels(positions: readonly number[], gap: number, low: number, high: number): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b]);
  const out = [...positions];
  order.forEach((i, rank) => (out[i] = Math.max(out[i], rank === 0 ? low : out[order[rank - 1]] + gap)));
  const limit = (rank: number): number => (rank === order.length - 1 ? high : out[order[rank + 1]] - gap);
  for (let rank = order.length - 1; rank >= 0; rank--) out[order[rank]] = Math.min(out[order[rank]], limit(rank));
  return out;
}

/** Adds a margin above and below; a flat curve is centred. */
export function padRange(low: number, high: number): [number, number] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const margin = high > low ? (high - low) * 0.06 : Math.abs(high) * 0.1 || 0.5;
  return [low - margin, high + margin];
}
