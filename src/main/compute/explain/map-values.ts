/** The largest |S| of a map; NaN if a value is. */
export const largest = (map: Float32Array): number => map.reduce((most, s) => Math.max(most, Math.abs(s)), 0);
