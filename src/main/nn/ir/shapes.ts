import type { Shape } from './value.ts';

export function expectRank(shape: Shape, rank: number, what: string): void {
  if (shape.length !== rank) throw new Error(`${what} must have ${rank} axes, not [${shape}].`);
}

export function expectShape(shape: Shape, expected: Shape, what: string): void {
  if (!sameShape(shape, expected)) throw new Error(`${what} must be [${expected}], not [${shape}].`);
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** Shape of an elementwise result. Shapes are aligned at the last axis, and axes of size 1 are repeated. */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`Shapes [${a}] and [${b}] do not broadcast.`);
    return Math.max(x, y);
  });
}

/** Shape after a reduction over `axes`. With `keep` they remain with size 1. */
export function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): number[] {
  if (axes.some((axis) => axis < 0 || axis >= shape.length)) throw new Error(`[${shape}] has no axes [${axes}].`);
  return shape.map((d, i) => (axes.includes(i) ? 1 : d)).filter((_, i) => keep || !axes.includes(i));
}

export const allAxes = (shape: Shape): number[] => shape.map((_, i) => i);
