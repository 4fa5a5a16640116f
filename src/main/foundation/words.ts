import { countText } from '../../shared/format.ts';

/** Compares by Unicode code points, independent of the locale. JavaScript's `<` compares UTF-16 units: U+1F600 < U+FF5E. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Ranks surrogates (D800–DFFF) above E000–FFFF, because they encode code points from U+10000. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

const MAX_NAME = 80; // characters

/**
 * Quotes an untrusted name for a sentence: at most 80 characters; control, bidirectional and line-separating characters
 * are escaped as \u…, so that it can't break a line or send terminal commands.
 */
export function quote(name: string): string {
  const characters = [...name];
  const cut = characters.length > MAX_NAME ? [...characters.slice(0, MAX_NAME - 1), '…'] : characters;
  const safe = cut.join('').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`);
  return `"${safe}"`;
}

/** `a, b, c`; with more than `most` items `a, b, c and N more`. */
export function joinList(items: readonly string[], most = 5): string {
  if (items.length <= most) return items.join(', ');
  return `${items.slice(0, most).join(', ')} and ${countText(items.length - most)} more`;
}
