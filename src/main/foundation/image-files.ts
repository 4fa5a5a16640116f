import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';

const EXTENSIONS = new Set([
  ...['jpg', 'jpeg', 'jpe', 'jfif', 'jif', 'pjpeg', 'pjp', 'mpo'],
  ...['png', 'apng', 'webp', 'avif', 'avifs', 'tif', 'tiff', 'gif', 'pgm', 'ppm', 'pnm'],
]);
/** Usual files beside images, such as labels, often thousands. They are rejected by extension, without opening them. */
const TEXT_EXTENSIONS = new Set(['txt', 'json', 'xml', 'csv', 'tsv', 'yaml', 'yml', 'md', 'html', 'log', 'py']);

/** The extension in lower case without the dot; '' without extension. */
export const extensionOf = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';

/** Whether the extension is that of a supported image format, in any case. */
export const hasImageExtension = (name: string): boolean => EXTENSIONS.has(extensionOf(name));

/**
 * Whether a file is named like an image or begins like one: browsers save images as `image.jpg_large` or without an extension.
 * Throws what opening the file throws.
 */
export async function isImageFile(path: string): Promise<boolean> {
  const extension = extensionOf(path);
  if (EXTENSIONS.has(extension)) return true;
  return TEXT_EXTENSIONS.has(extension) ? false : beginsLikeImage(path);
}

async function beginsLikeImage(path: string): Promise<boolean> {
  if (!(await stat(path)).isFile()) return false; // opening a pipe would wait for its writer
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return isImageStart(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/** First bytes of the supported formats: JPEG, PNG, GIF, TIFF and BigTIFF, WebP, AVIF, PGM and PPM. */
const isImageStart = (start: string): boolean =>
  ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'GIF8', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((magic) => start.startsWith(magic)) ||
  (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') ||
  /^ftypavi[fs]/.test(start.slice(4)) ||
  /^P[2356]\s+[#\d]/.test(start);

/** The absolute path of a file of a data set. */
export const absoluteFile = (root: string, file: string): string => join(root, ...file.split('/'));
