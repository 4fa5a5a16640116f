import type { Random } from '../../../shared/random.ts';

/**
 * Shares `total` among parts of limited capacity, as evenly as possible: min(capacity, q), with one q for all. What remains goes to
 * parts in random order, one each. Adds up to min(total, sum of the capacities).
 */
export function evenQuotas(capacities: readonly number[], total: number, random: Random): number[] {
  const quotas = capacities.map(() => 0);
  let open = capacities.flatMap((capacity, i) => (capacity > 0 ? [i] : []));
  let rest = Math.min(
    total,
    capacities.reduce((sum, capacity) => sum + capacity, 0),
  );
  while (rest >= open.length && open.length > 0) {
    const step = Math.min(Math.floor(rest / open.length), smallestRoom(open, capacities, quotas));
    for (const i of open) quotas[i]! += step;
    rest -= step * open.length;
    open = open.filter((i) => quotas[i]! < capacities[i]!);
  }
  for (const i of random.shuffle(open).slice(0, rest)) quotas[i]!++;
  return quotas;
}

const smallestRoom = (open: readonly number[], capacities: readonly number[], quotas: readonly number[]): number =>
  open.reduce((least, i) => Math.min(least, capacities[i]! - quotas[i]!), Infinity);
