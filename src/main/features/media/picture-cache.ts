import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { CacheUsage } from '../../../shared/workbench.ts';

const PRUNE_INTERVAL = 1000; // pictures added between two checks of the total size
const PRUNE_TARGET = 0.8; // of the limit; room for new pictures until the next check
const MAX_REMEMBERED = 20_000; // pictures whose last use this process remembers
const RECORD_INTERVAL_MS = 3_600_000; // between two records of a picture's use on the disk

interface CachedFile {
  path: string;
  bytes: number;
  usedMs: number;
}

interface Use {
  lastMs: number;
  recordedMs: number; // the use that the disk knows
}

/** Limits the disk space of thumbnails and previews. Deletes the least recently used files first. */
export class PictureCache {
  private readonly folders: readonly string[];
  private readonly limit: () => number; // bytes
  private readonly uses = new LRUCache<string, Use>({ max: MAX_REMEMBERED }); // by path
  private added = 0;
  private pruning: Promise<void> | null = null;

  constructor(folders: readonly string[], limit: () => number) {
    this.folders = folders;
    this.limit = limit;
  }

  /** Records that a picture was shown: every time here, at most once an hour on the disk, for later processes. */
  use(path: string, nowMs = Date.now()): void {
    const recordedMs = this.uses.get(path)?.recordedMs ?? -Infinity;
    const record = nowMs - recordedMs >= RECORD_INTERVAL_MS;
    this.uses.set(path, { lastMs: nowMs, recordedMs: record ? nowMs : recordedMs });
    if (record) void recordUse(path, nowMs).catch(() => undefined); // on a read-only disk the order of creation decides
  }

  /** Counts a new picture. Prunes after every 1,000. */
  add(): void {
    if (++this.added % PRUNE_INTERVAL === 0) void this.prune();
  }

  async usage(): Promise<CacheUsage> {
    const files = await this.list();
    return { files: files.length, bytes: sum(files), limit: this.limit() };
  }

  /** Deletes the least recently used pictures if the total exceeds the limit. */
  prune(): Promise<void> {
    this.pruning ??= this.pruneNow().finally(() => (this.pruning = null));
    return this.pruning;
  }

  /** Deletes all pictures; they are created again when shown. */
  async clear(): Promise<void> {
    await this.pruning;
    this.uses.clear();
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
  }

  private async pruneNow(): Promise<void> {
    const limit = this.limit();
    const files = await this.list();
    let bytes = sum(files);
    if (bytes <= limit) return;
    const byUse = files.map(({ path, bytes: size, usedMs }) => ({ path, size, usedMs: Math.max(usedMs, this.uses.peek(path)?.lastMs ?? 0) }));
    byUse.sort((a, b) => a.usedMs - b.usedMs);
    for (const { path, size } of byUse) {
      if (bytes <= PRUNE_TARGET * limit) return;
      await rm(path, { force: true }).catch(() => undefined); // Windows refuses to delete a file that is being read
      this.uses.delete(path);
      bytes -= size;
    }
  }

  /** Lists folder/sub-folder/file, one sub-folder at a time, so that 100,000 files don't block the process. */
  private async list(): Promise<CachedFile[]> {
    const found: CachedFile[] = [];
    for (const folder of this.folders) {
      for (const subFolder of await namesIn(folder)) {
        const files = (await namesIn(join(folder, subFolder))).map((name) => join(folder, subFolder, name));
        found.push(...(await Promise.all(files.map(findEntry))).filter((file) => file !== null));
      }
    }
    return found;
  }
}

/** Sets the access time. The modification time stays, because browsers validate their copy by it. */
async function recordUse(path: string, nowMs: number): Promise<void> {
  const { mtimeMs } = await stat(path);
  await utimes(path, nowMs / 1000, mtimeMs / 1000);
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

async function findEntry(path: string): Promise<CachedFile | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? { path, bytes: found.size, usedMs: Math.max(found.atimeMs, found.mtimeMs) } : null;
}

const sum = (files: readonly CachedFile[]): number => files.reduce((total, { bytes }) => total + bytes, 0);
