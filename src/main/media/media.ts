import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { writeWhole } from '../files.ts';
import type { MediaFile } from '../ipc/house.ts';
import type { Workbench } from '../workbench.ts';

const TYPES: Record<string, string> = {
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.npy': 'application/octet-stream',
  '.html': 'text/html; charset=utf-8',
  '.pdf': 'application/pdf',
  '.csv': 'text/csv; charset=utf-8',
};
export const mimeOf = (path: string): string => TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';

const COMPARISON_FILE = /^[ab]-(?:photo\.jpg|factual\.png|counterfactual\.png|signed\.npy)$/;

/** The file behind a MediaPath. Every part comes from a URL: ids are looked up, never joined to a path as they are. */
export async function mediaFor(bench: Workbench, path: string): Promise<MediaFile> {
  const [kind, first = '', second = ''] = path.split('/').map(decodeURIComponent);
  switch (kind) {
    case 'comparison':
      if (COMPARISON_FILE.test(second)) return there(join(bench.workspace.comparison(first), second), true);
      break;
    default:
  }
  return Promise.reject(missing(path));
}

function there(path: string, immutable: boolean): MediaFile {
  if (!existsSync(path)) throw missing(path);
  return { path, type: mimeOf(path), immutable };
}

const missing = (path: string): AppError => new AppError('not-found', 'There is no such picture or file.', { path });

/** Keeps a picture that a browser handed over, under a name of its own. */
export async function receiveFile(bench: Workbench, name: string, bytes: Uint8Array): Promise<string> {
  const plain = name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '_').slice(-80) || 'picture';
  const path = join(bench.workspace.folder, 'received', randomUUID(), plain);
  await writeWhole(path, bytes);
  return path;
}
