import type { ImageRef } from '../../../shared/contract.ts';

/** An image as a route parameter: `flowers/12` or `file:/home/ana/rose.jpg`. */
export function formatRef(ref: ImageRef | null): string {
  if (ref === null) return '';
  return 'file' in ref ? `file:${ref.file}` : `${ref.dataset}/${ref.id}`;
}

/** Parses a route parameter; null if it names no image. */
export function parseRef(text: string | undefined): ImageRef | null {
  if (text?.startsWith('file:')) return text.length > 5 ? { file: text.slice(5) } : null;
  const match = /^([^/]+)\/(\d{1,15})$/.exec(text ?? '');
  return match ? { dataset: match[1]!, id: Number(match[2]) } : null;
}

export const sameRef = (a: ImageRef | null, b: ImageRef | null): boolean => formatRef(a) === formatRef(b);
