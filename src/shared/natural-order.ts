const DIGITS = /(\d+)/; // split() puts the digits at odd indices

/** Compares names with numbers in them by value: "2" before "10", "grade 2" before "grade 10". Independent of the locale. */
export function byNaturalOrder(a: string, b: string): number {
  const [x, y] = [a.split(DIGITS), b.split(DIGITS)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const order = i % 2 === 1 ? byValue(x[i]!, y[i]!) : byUnits(x[i]!, y[i]!);
    if (order !== 0) return order;
  }
  return x.length - y.length || byUnits(a, b); // "1" and "01" have the same value
}

/** Digits of any length: a longer number is larger. */
function byValue(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length - y.length || byUnits(x, y);
}

const byUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
