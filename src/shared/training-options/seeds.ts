import { countText } from '../format.ts';
import { TRAINING_OPTIONS } from './table.ts';

const { several, range } = TRAINING_OPTIONS.seed;

/** Why these can't be the seeds of an experiment, as the end of a sentence: "must differ; 2 is listed twice". Null if they can. */
export function seedsProblem(seeds: readonly unknown[]): string | null {
  const isSeed = (seed: unknown): boolean => typeof seed === 'number' && Number.isInteger(seed) && seed >= range.min && seed <= range.max;
  const other = seeds.find((seed) => !isSeed(seed));
  if (other !== undefined) return `must be whole numbers from ${range.min} to ${countText(range.max)}; “${String(other).slice(0, 40)}” is not`;
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) < i);
  if (twice !== undefined) return `must differ; ${String(twice)} is listed twice`;
  if (seeds.length < several.least)
    return `must be at least ${several.least} seeds; for a single one, use the option “${TRAINING_OPTIONS.seed.label}” (--seed)`;
  if (seeds.length > several.most) return `must be at most ${several.most} seeds; these are ${seeds.length}`;
  return null;
}

/** The seeds in a text such as "1, 2, 3"; a part that is no whole number stays a text. Undefined for an empty text. */
export function seedsOf(text: string): unknown[] | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.map((part) => (/^[+-]?\d+$/.test(part) ? Number(part) : part));
}
