/** The median (the upper of two middle values); null for an empty list. */
export const median = (values: readonly number[]): number | null => values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
