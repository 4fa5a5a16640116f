import { lookup } from 'mrmime';

/** The MIME type of a file by its name; text is UTF-8. */
export function mimeOf(path: string): string {
  const type = lookup(path) ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
