import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { makeFolders, writeFileAtomically } from '../../foundation/files.ts';
import type { CatalogueEntry, CatalogueFile } from './catalogue.ts';
import { tensorsSha256 } from './load.ts';
import { shardNames } from './tfjs-layers.ts';
import { ConnectionLost, HostRefused, sha256OfFile, sizeOnDisk, transferOnce, WrongSize } from './transfer.ts';

export interface FetchProgress {
  file: string;
  received: number; // bytes of this file on disk
  total: number | null; // bytes of this file; null where neither the catalogue nor the host states it
}
export interface FetchOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: FetchProgress) => void) | undefined;
  tries?: number; // attempts per file; each continues where the last one stopped
  retryMs?: number; // ms before the second attempt, doubled before each further one
  stallMs?: number; // ms without data before a connection counts as lost
}

type Origin = 'cache' | 'network';

/** How to get the weights without Twinlens. A TF.js model is complete only with its shards. */
function manualDownloadAdvice({ format, files }: CatalogueEntry): string {
  const urls = files.map(({ url }) => url).join(' and ');
  if (format === 'safetensors') return `download ${urls} yourself and use that file`;
  const all = files.length > 1 ? urls : `${urls} and the shards that it names`;
  return `download ${all} yourself into one folder and use its model.json`;
}

/** Explains why a file can't be downloaded and what to do. */
function explainFailedDownload(entry: CatalogueEntry, file: CatalogueFile, part: string, error: HostRefused | ConnectionLost): AppError {
  const host = new URL(file.url).host;
  const details = { flags: ['--weights PATH'], id: entry.id, file: file.name, url: file.url, received: sizeOnDisk(part), reason: error.message };
  if (error instanceof HostRefused) {
    const why = error.status === 404 || error.status === 410 ? `no longer has ${file.name}` : `refuses to send ${file.name}`;
    return new AppError(
      'offline',
      `${entry.id} isn't downloaded yet, and ${host} ${why} (HTTP ${error.status}). Instead, ${manualDownloadAdvice(entry)}.`,
      details,
      error,
    );
  }
  const state = error.message.startsWith('HTTP') ? `${host} can't send it now (${error.message})` : `${host} can't be reached`;
  if (details.received > 0) {
    const message = `The download of ${entry.id} stopped after ${details.received} bytes of ${file.name}: ${state}.`;
    return new AppError('offline', `${message} Connect and start it again to continue, or ${manualDownloadAdvice(entry)}.`, details, error);
  }
  return new AppError(
    'offline',
    `${entry.id} isn't downloaded yet, and ${state}. Connect to the network once, or ${manualDownloadAdvice(entry)}.`,
    details,
    error,
  );
}

function mismatchError(entry: CatalogueEntry, what: string, details: Record<string, unknown>): AppError {
  const message = `${what} differs from the published one, so it was deleted.`;
  return new AppError('bad-weights', `${message} Try again. If it happens twice, try another network, or ${manualDownloadAdvice(entry)}.`, {
    id: entry.id,
    ...details,
  });
}

/** Whether `path` has a file's size and SHA-256; `expected`: null if it isn't known. */
async function isComplete(path: string, { bytes }: CatalogueFile, expected: string | null, signal?: AbortSignal): Promise<boolean> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile() || (bytes !== null && stats.size !== bytes)) return false;
  return expected === null || (await sha256OfFile(path, signal)) === expected;
}

/** The file beside a download with its SHA-256, where none is published. */
const recordOf = (target: string): string => `${target}.sha256`;

/** The SHA-256 that was recorded at the first download; null before it. */
function recordedSha256(target: string): string | null {
  const stats = statSync(recordOf(target), { throwIfNoEntry: false });
  return stats?.isFile() ? readFileSync(recordOf(target), 'utf8').trim() : null;
}

/** Retries until the part is complete. Throws the first error that a retry can't solve. */
async function transferAll(entry: CatalogueEntry, file: CatalogueFile, part: string, options: FetchOptions): Promise<void> {
  const { signal, onProgress, tries = 4, retryMs = 500, stallMs = 60_000 } = options;
  let farthest = sizeOnDisk(part); // attempts are counted again from 1 after one that received new bytes
  for (let attempt = 1; ; attempt++) {
    if (file.bytes !== null && sizeOnDisk(part) === file.bytes) return;
    try {
      await transferOnce({
        url: file.url,
        part,
        bytes: file.bytes,
        stallMs,
        signal,
        onProgress: (received, total) => onProgress?.({ file: file.name, received, total: file.bytes ?? total }),
      });
      return;
    } catch (error) {
      if (error instanceof HostRefused) throw explainFailedDownload(entry, file, part, error);
      if (!(error instanceof ConnectionLost)) throw error;
      const reached = sizeOnDisk(part);
      if (reached > farthest) [attempt, farthest] = [1, reached];
      // No retries where the host can't be reached at all: the computer is probably offline.
      else if (attempt >= tries || (reached === 0 && !error.message.startsWith('HTTP'))) throw explainFailedDownload(entry, file, part, error);
      await setTimeout(retryMs * 2 ** (attempt - 1), undefined, signal ? { signal } : {});
    }
  }
}

async function fetchFile(entry: CatalogueEntry, file: CatalogueFile, folder: string, options: FetchOptions): Promise<Origin> {
  const target = join(folder, file.name);
  const part = `${target}.part`;
  makeFolders(dirname(target));
  const isRecorded = entry.checksum === 'recorded' && file.sha256 === null;
  const expected = isRecorded ? recordedSha256(target) : file.sha256;
  if ((expected !== null || !isRecorded) && (await isComplete(target, file, expected, options.signal))) return 'cache';
  rmSync(target, { force: true });
  if (file.bytes !== null && sizeOnDisk(part) > file.bytes) rmSync(part);
  const rejectPart = (reason: string): AppError => {
    const received = sizeOnDisk(part);
    rmSync(part, { force: true });
    const sender = new URL(file.url).host;
    return mismatchError(entry, `The file ${file.name} that ${sender} sent`, {
      file: file.name,
      why: reason,
      received,
      expected,
    });
  };
  try {
    await transferAll(entry, file, part, options);
  } catch (error) {
    throw error instanceof WrongSize ? rejectPart(error.message) : error;
  }
  if (!(await isComplete(part, file, expected, options.signal))) throw rejectPart('another SHA-256');
  if (isRecorded && expected === null) await writeFileAtomically(recordOf(target), `${await sha256OfFile(part, options.signal)}\n`);
  renameSync(part, target);
  return 'network';
}

/** Shards that model.json names and the catalogue doesn't list. They are in the same folder on the host. */
function unlistedShards(entry: CatalogueEntry, folder: string): CatalogueFile[] {
  if (entry.format !== 'tfjs-layers') return [];
  const model = entry.files.find(({ name }) => name === 'model.json')!;
  return shardNames(join(folder, 'model.json'))
    .filter((name) => !entry.files.some((file) => file.name === name))
    .map((name) => ({ name, url: new URL(name.split('/').map(encodeURIComponent).join('/'), model.url).href, bytes: null, sha256: null }));
}

async function fetchAll(entry: CatalogueEntry, folder: string, options: FetchOptions): Promise<void> {
  const files: CatalogueFile[] = [];
  const origins: Origin[] = [];
  const fetchOne = async (file: CatalogueFile): Promise<void> => {
    files.push(file);
    origins.push(await fetchFile(entry, file, folder, options));
  };
  let mismatch: AppError | null = null;
  try {
    for (const file of entry.files) await fetchOne(file);
    for (const shard of unlistedShards(entry, folder)) {
      if (entry.tensorsSha256 === undefined) {
        throw new AppError(
          'bad-request',
          `The catalogue lists the SHA-256 of every file of ${entry.id}, but not its shard ${shard.name}. Add it there.`,
          {
            id: entry.id,
            shard: shard.name,
          },
        );
      }
      await fetchOne(shard);
    }
    if (entry.tensorsSha256 === undefined) return;
    const found = await tensorsSha256(entryPath(entry, folder), options.signal);
    if (found !== entry.tensorsSha256) mismatch = mismatchError(entry, `The download of ${entry.id}`, { expected: entry.tensorsSha256, found });
  } catch (error) {
    const known = asAppError(error);
    // Incomplete files throw another error earlier. Here all files are complete but can't be read together.
    if (known.code !== 'bad-weights' || entry.tensorsSha256 === undefined) throw known;
    mismatch = known;
  }
  if (!mismatch) return;
  const unpinned = files.filter((file) => file.sha256 === null);
  for (const { name } of unpinned) rmSync(join(folder, name), { force: true });
  // Cached files may have been damaged since they were downloaded. Files that have just been downloaded would only be the same again.
  if (unpinned.length && origins.every((origin) => origin === 'cache')) return fetchAll(entry, folder, options);
  throw mismatch;
}

const entryPath = (entry: CatalogueEntry, folder: string): string =>
  join(folder, entry.format === 'tfjs-layers' ? 'model.json' : entry.files[0]!.name);

/** Whether cacheDir/<id> has an entry's files, judged by names and sizes. fetchWeights checks their content. */
export function isDownloaded(entry: CatalogueEntry, cacheDir: string): boolean {
  const folder = join(cacheDir, entry.id);
  const isPresent = ({ name, bytes }: CatalogueFile): boolean => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    return stats?.isFile() === true && (bytes === null || stats.size === bytes);
  };
  if (!entry.files.every(isPresent)) return false;
  try {
    return unlistedShards(entry, folder).every(isPresent);
  } catch {
    return false; // an unreadable model.json is downloaded again
  }
}

/** Bytes of an entry's files in cacheDir/<id>, parts of a stopped download included. */
export function bytesDownloaded({ id }: CatalogueEntry, cacheDir: string): number {
  const folder = join(cacheDir, id);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.reduce((sum, name) => sum + sizeOnDisk(join(folder, name)), 0);
}

/**
 * Downloads an entry's files into cacheDir/<id> and returns the path for loadWeights. Cached files that match are used
 * without network access; a .part is resumed. A file with a SHA-256 is published only after the check. The others are
 * checked together by the entry's tensorsSha256 in every call, and deleted if they don't match.
 * Throws AppError: 'offline' (the host can't be reached or refuses; the part stays), 'bad-weights' (differs from the
 * published file; deleted), 'cancelled' (the part stays), 'disk-full', 'workspace'.
 */
export async function fetchWeights(entry: CatalogueEntry, cacheDir: string, options: FetchOptions = {}): Promise<string> {
  const folder = join(cacheDir, entry.id);
  try {
    if (options.signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
    await fetchAll(entry, folder, options);
    return entryPath(entry, folder);
  } catch (error) {
    throw options.signal?.aborted && !(error instanceof AppError) ? new AppError('cancelled', 'Cancelled.', {}, error) : asAppError(error);
  }
}
