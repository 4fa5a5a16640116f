/** The middle value (the upper one of two); null of none. */
export const median = (values: readonly number[]): number | null => values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
