import { escape } from 'html-escaper';

/** Safe markup. Use `markup` to create it, which escapes every value; the constructor is for style sheets and rendered charts. */
export class Html {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
  toString(): string {
    return this.source;
  }
}

export type Content = Html | string | number | null | undefined | false | readonly Content[];

/**
 * A tagged template for HTML and SVG: markup`<td>${name}</td>`. Escapes strings and numbers, keeps Html, joins arrays, and
 * prints nothing for null, undefined and false. Values are safe in text and quoted attributes only.
 */
export function markup(parts: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(parts.reduce((page, part, i) => page + sourceOf(values[i - 1]) + part));
}

function sourceOf(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.source;
  if (typeof value === 'object') return value.map(sourceOf).join('');
  return escapeHtml(String(value));
}

/** Escapes text for HTML. Control characters, which HTML does not allow, become their visible symbols (U+2400…). */
export function escapeHtml(text: string): string {
  return escape(text.toWellFormed().replace(/\p{Cc}/gu, controlPicture));
}

function controlPicture(c: string): string {
  if (c === '\n' || c === '\t') return c;
  const code = c.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** Splits plain text into paragraphs at empty lines. Other line breaks stay. */
export const paragraphsOf = (text: string): string[] =>
  text
    .split(/\r?\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');

/**
 * A name or text of the user. <bdi> isolates its direction: Hebrew or an override character can't reverse the text around it. A long
 * word may be divided after a separator (<wbr>); style.ts divides it elsewhere only if a part does not fit.
 */
export const nameOf = (text: string): Html => markup`<bdi class="name">${text.split(/(\S{25,})/).map(divideWord)}</bdi>`;

/** Every second part of the split above is a long word. A short end, such as a file's extension, is not separated. */
function divideWord(part: string, i: number): Content {
  if (i % 2 === 0) return part;
  return part.split(/(?<=[_.,;+=&])(?=[^_.,;+=&]{5})/).map((piece, k) => (k === 0 ? piece : markup`<wbr>${piece}`));
}
