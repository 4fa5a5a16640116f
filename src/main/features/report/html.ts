import { escape } from 'html-escaper';

/** Markup that is safe to put into a page as it is. Only `markup` makes it, and `markup` escapes whatever is not Html itself. */
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
 * A tagged template for HTML and SVG: markup`<td>${name}</td>`. Strings and numbers are escaped, Html stays, arrays are
 * joined, null, undefined and false are nothing. Values may stand in text and in quoted attributes, nowhere else.
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

/** Text escaped for HTML. Control characters, which pages may not contain, become their visible symbols (U+2400…). */
export function escapeHtml(text: string): string {
  return escape(text.toWellFormed().replace(/\p{Cc}/gu, controlPicture));
}

function controlPicture(c: string): string {
  if (c === '\n' || c === '\t') return c;
  const code = c.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** Plain text as paragraphs: an empty line ends one, other line breaks stay. */
export const paragraphsOf = (text: string): string[] =>
  text
    .split(/\r?\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');

/** A name of unknown origin: isolated in direction (Hebrew or an override character does not reverse its surroundings), with its own line breaks. */
export const nameOf = (text: string): Html => markup`<bdi class="name">${text}</bdi>`;
