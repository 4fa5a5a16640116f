/** Numbers of the three channels as typed: one for all, or three. Decimal commas are accepted where blanks separate. Null for other text. */
export function channelNumbers(text: string): [number, number, number] | null {
  const parts = text.trim().split(/\s*;\s*|\s+|,\s+/);
  const numbers = parts.map((part) => (part === '' ? NaN : Number(part.replace(/^(-?\d*),(\d+)$/, '$1.$2'))));
  if (numbers.some((n) => !Number.isFinite(n))) return null;
  const [r, g, b, more] = numbers;
  if (r !== undefined && g === undefined) return [r, r, r];
  return r !== undefined && g !== undefined && b !== undefined && more === undefined ? [r, g, b] : null;
}
