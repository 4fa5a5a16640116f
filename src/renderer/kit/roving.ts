/** Index that an arrow key, Home or End moves to in a list of options, skipping disabled ones; null for other keys. */
export function stepTo(key: string, at: number, enabled: readonly boolean[]): number | null {
  const n = enabled.length;
  const search = (from: number, step: 1 | -1): number | null => {
    for (let k = 0; k < n; k++) {
      const i = (((from + k * step) % n) + n) % n;
      if (enabled[i]) return i;
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
