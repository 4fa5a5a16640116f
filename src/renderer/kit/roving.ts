/** Where an arrow key leads in a row of choices (Home and End to its ends), over those that are off; null for other keys. */
export function stepTo(key: string, at: number, open: readonly boolean[]): number | null {
  const n = open.length;
  const search = (from: number, step: 1 | -1): number | null => {
    for (let k = 0; k < n; k++) {
      const i = (((from + k * step) % n) + n) % n;
      if (open[i]) return i;
    }
    return null;
  };
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return search(at + 1, 1);
    case 'ArrowLeft':
    case 'ArrowUp':
      return search(at - 1, -1);
    case 'Home':
      return search(0, 1);
    case 'End':
      return search(n - 1, -1);
    default:
      return null;
  }
}
