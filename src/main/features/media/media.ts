import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { basename, isAbsolute, join, sep } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { ReportFormat } from '../../../shared/report.ts';
import { absoluteFile } from '../dataset/scan.ts';
import { writeWhole } from '../../foundation/files.ts';
import { mimeOf } from '../../foundation/mime.ts';
import type { Workbench } from '../../workbench.ts';
import type { ShownSize } from './preview-service.ts';

export interface MediaFile {
  path: string; // absolute
  type: string; // MIME
  /** The content under this address can never change, so a screen may keep it. */
  immutable: boolean;
}

const COMPARISON_FILE = /^[ab]-(?:photo\.jpg|factual\.png|counterfactual\.png|signed\.npy)$/;

/**
 * The file behind a MediaPath. Every part comes from a URL: ids are looked up, never joined to a path as they are. A file of the
 * person's own is never handed out itself, only a picture made of it, so nothing but images can leave this way.
 */
export async function mediaFor(bench: Workbench, path: string, signal?: AbortSignal): Promise<MediaFile> {
  const [kind, first = '', second = ''] = partsOf(path);
  switch (kind) {
    case 'thumb':
    case 'image':
      return there(await importedPicture(bench, first, second, kind, signal), true);
    case 'file':
      if (!isAbsolute(first) || !(await bench.grants.allows(first))) break;
      return there(await bench.shelf.loose(first, 'image', signal), false);
    case 'comparison':
      if (COMPARISON_FILE.test(second)) return comparisonFile(bench, first, second);
      break;
    case 'report': {
      const [, id, format] = /^(\w+)\.(html|pdf)$/.exec(first) ?? [];
      if (id === undefined) break;
      return there(bench.reports.writtenFile(id, format as ReportFormat), false);
    }
    case 'export':
      if (first !== '' && !first.startsWith('.') && basename(first) === first) return ours(bench, join(bench.workspace.exports, first), false);
      break;
    default:
  }
  throw missing(path);
}

function partsOf(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    throw missing(path); // %zz
  }
}

function importedPicture(bench: Workbench, dataset: string, id: string, size: ShownSize, signal?: AbortSignal): Promise<string> {
  if (!/^\d{1,9}$/.test(id)) throw missing(`${dataset}/${id}`);
  const { root } = bench.store.datasets.place(dataset);
  const [image] = bench.store.browse.rows(dataset, [Number(id)]);
  return bench.shelf.imported(absoluteFile(root, image!.file), image!.sha256, size, signal);
}

/** Overlays of a comparison that was just saved may still have to be drawn. */
async function comparisonFile(bench: Workbench, id: string, name: string): Promise<MediaFile> {
  const path = join(bench.workspace.comparison(id), name);
  if (name.endsWith('.png') && !existsSync(path)) await bench.compare.withOverlays(id);
  return ours(bench, path, true);
}

function there(path: string, immutable: boolean): MediaFile {
  if (!existsSync(path)) throw missing(path);
  return { path, type: mimeOf(path), immutable };
}

/** A file of the workspace. A link that leads out of it is not followed, whoever put it there. */
function ours(bench: Workbench, path: string, immutable: boolean): MediaFile {
  const file = there(path, immutable);
  if (!realpathSync(path).startsWith(realpathSync(bench.workspace.folder) + sep)) throw missing(path);
  return file;
}

const missing = (path: string): AppError => new AppError('not-found', 'There is no such picture or file.', { path });

/** Keeps a picture that a browser handed over, under a name of its own. */
export async function receiveFile(bench: Workbench, name: string, bytes: Uint8Array): Promise<string> {
  const plain = name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '_').slice(-80) || 'picture';
  const path = join(bench.workspace.received, randomUUID(), plain);
  await writeWhole(path, bytes);
  return path;
}
