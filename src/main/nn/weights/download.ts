import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { CatalogueEntry, CatalogueFile } from './catalogue.ts';
import { tensorsSha256 } from './load.ts';
import { shardNames } from './tfjs-layers.ts';
import { AnotherFile, Interrupted, Refused, sha256OfFile, sizeOnDisk, transferOnce } from './transfer.ts';

export interface FetchProgress {
  file: string;
  received: number; // bytes of this file that are here
  total: number | null; // bytes of this file; null where neither catalogue nor host says
}
export interface FetchOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: FetchProgress) => void) | undefined;
  tries?: number; // connections for a file before giving up; each goes on where the one before broke
  retryMs?: number; // ms before the second try, twice as long before each further one
  stallMs?: number; // ms without a byte after which a connection counts as broken
}

type Source = 'cache' | 'network';

const another = (entry: CatalogueEntry): string => `pass a file with --weights PATH (from ${entry.files[0]!.url})`;

/** The sentence for a file that couldn't be had, by what stood in the way. */
function cannotFetch(entry: CatalogueEntry, file: CatalogueFile, part: string, error: Refused | Interrupted): AppError {
  const host = new URL(file.url).host;
  const details = { id: entry.id, file: file.name, url: file.url, received: sizeOnDisk(part), reason: error.message };
  if (error instanceof Refused) {
    const why = error.status === 404 || error.status === 410 ? `doesn't have ${file.name} any more` : `refuses to give ${file.name}`;
    return new AppError(
      'offline',
      `${entry.id} isn't on this machine yet and ${host} ${why} (HTTP ${error.status}). To go on, ${another(entry)}.`,
      details,
      error,
    );
  }
  const state = error.message.startsWith('HTTP') ? `${host} can't give it now (${error.message})` : `${host} can't be reached`;
  if (details.received > 0) {
    const message = `The download of ${entry.id} stopped after ${details.received} bytes of ${file.name}: ${state}.`;
    return new AppError('offline', `${message} Connect and start it again to go on from there, or ${another(entry)}.`, details, error);
  }
  return new AppError('offline', `${entry.id} isn't on this machine yet and ${state}. Connect once, or ${another(entry)}.`, details, error);
}

function notAsPublished(entry: CatalogueEntry, what: string, details: Record<string, unknown>): AppError {
  const message = `${what} isn't the one that was published, so it was deleted.`;
  return new AppError('bad-weights', `${message} Try again, on another network if it happens twice, or ${another(entry)}.`, {
    id: entry.id,
    ...details,
  });
}

async function isWhole(path: string, file: CatalogueFile, signal?: AbortSignal): Promise<boolean> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile() || (file.bytes !== null && stats.size !== file.bytes)) return false;
  return file.sha256 === null || (await sha256OfFile(path, signal)) === file.sha256;
}

/** Tries until the part has everything; the first error that no further try can mend is thrown. */
async function transferAll(entry: CatalogueEntry, file: CatalogueFile, part: string, options: FetchOptions): Promise<void> {
  const { signal, onProgress, tries = 4, retryMs = 500, stallMs = 60_000 } = options;
  let farthest = sizeOnDisk(part); // a connection that brought new bytes is no reason to give up
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
      if (error instanceof Refused) throw cannotFetch(entry, file, part, error);
      if (!(error instanceof Interrupted)) throw error;
      const reached = sizeOnDisk(part);
      if (reached > farthest) [attempt, farthest] = [1, reached];
      // A host that can't be reached at all is not asked again and again: the person is probably offline.
      else if (attempt >= tries || (reached === 0 && !error.message.startsWith('HTTP'))) throw cannotFetch(entry, file, part, error);
      await setTimeout(retryMs * 2 ** (attempt - 1), undefined, signal ? { signal } : {});
    }
  }
}

async function fetchFile(entry: CatalogueEntry, file: CatalogueFile, folder: string, options: FetchOptions): Promise<Source> {
  const target = join(folder, file.name);
  const part = `${target}.part`;
  mkdirSync(dirname(target), { recursive: true });
  if (await isWhole(target, file, options.signal)) return 'cache';
  rmSync(target, { force: true });
  if (file.bytes !== null && sizeOnDisk(part) > file.bytes) rmSync(part);
  const wrong = (why: string): AppError => {
    const received = sizeOnDisk(part);
    rmSync(part, { force: true });
    const sender = new URL(file.url).host;
    return notAsPublished(entry, `The file ${file.name} that ${sender} sent`, { file: file.name, why, received, expected: file.sha256 });
  };
  try {
    await transferAll(entry, file, part, options);
  } catch (error) {
    throw error instanceof AnotherFile ? wrong(error.message) : error;
  }
  if (!(await isWhole(part, file, options.signal))) throw wrong('another SHA-256');
  renameSync(part, target);
  return 'network';
}

/** The shards model.json names that the catalogue doesn't list: they lie beside it. */
function unlistedShards(entry: CatalogueEntry, folder: string): CatalogueFile[] {
  if (entry.format !== 'tfjs-layers') return [];
  const model = entry.files.find(({ name }) => name === 'model.json')!;
  return shardNames(join(folder, 'model.json'))
    .filter((name) => !entry.files.some((file) => file.name === name))
    .map((name) => ({ name, url: new URL(name.split('/').map(encodeURIComponent).join('/'), model.url).href, bytes: null, sha256: null }));
}

async function fetchAll(entry: CatalogueEntry, folder: string, options: FetchOptions): Promise<void> {
  const files: CatalogueFile[] = [];
  const sources: Source[] = [];
  const take = async (file: CatalogueFile): Promise<void> => {
    files.push(file);
    sources.push(await fetchFile(entry, file, folder, options));
  };
  let flaw: AppError | null = null;
  try {
    for (const file of entry.files) await take(file);
    for (const shard of unlistedShards(entry, folder)) {
      if (entry.tensorsSha256 === undefined) {
        throw new AppError('bad-request', `The catalogue pins ${entry.id} by its files but doesn't list its shard ${shard.name}. Add it there.`, {
          id: entry.id,
          shard: shard.name,
        });
      }
      await take(shard);
    }
    if (entry.tensorsSha256 === undefined) return;
    const found = await tensorsSha256(entryPath(entry, folder), options.signal);
    if (found !== entry.tensorsSha256) flaw = notAsPublished(entry, `What was fetched as ${entry.id}`, { expected: entry.tensorsSha256, found });
  } catch (error) {
    const known = asAppError(error);
    // A part that failed has been dealt with; here only whole files that turned out to be unreadable together remain.
    if (known.code !== 'bad-weights' || entry.tensorsSha256 === undefined) throw known;
    flaw = known;
  }
  if (!flaw) return;
  const unproven = files.filter((file) => file.sha256 === null);
  for (const { name } of unproven) rmSync(join(folder, name), { force: true });
  // What lay here may have been damaged since; what has just come from the host would only come again.
  if (unproven.length && sources.every((source) => source === 'cache')) return fetchAll(entry, folder, options);
  throw flaw;
}

const entryPath = (entry: CatalogueEntry, folder: string): string =>
  join(folder, entry.format === 'tfjs-layers' ? 'model.json' : entry.files[0]!.name);

/** Whether an entry's files lie in cacheDir/<id>, by their names and sizes alone: fetchWeights proves them. */
export function isDownloaded(entry: CatalogueEntry, cacheDir: string): boolean {
  const folder = join(cacheDir, entry.id);
  const there = ({ name, bytes }: CatalogueFile): boolean => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    return stats?.isFile() === true && (bytes === null || stats.size === bytes);
  };
  if (!entry.files.every(there)) return false;
  try {
    return unlistedShards(entry, folder).every(there);
  } catch {
    return false; // a model.json that can't be read is fetched anew
  }
}

/**
 * Brings an entry's files into cacheDir/<id> and returns the path to give to loadWeights. Files that are there and
 * prove right are used without network; a .part is gone on with. A file with a SHA-256 takes its name only once that is
 * right; the others are proven together, by the entry's tensorsSha256, in every call, and deleted where they fail.
 * Throws AppError: 'offline' (no way to the host, or it refuses; what arrived is kept), 'bad-weights' (not what was
 * published; deleted), 'cancelled' (what arrived is kept), 'disk-full', 'workspace'.
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
