import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheUsage } from '../../../shared/workbench.ts';

const PRUNE_INTERVAL = 1000; // pictures added between two checks of the total size
const PRUNE_TARGET = 0.8; // of the limit; room for new pictures until the next check
const MAX_RECORDED = 50_000; // files whose use is recorded once per process

interface CachedFile {
  path: string;
  bytes: number;
  usedMs: number;
}

/** Limits the disk space of thumbnails and previews. Deletes the least recently used files first. */
export class PictureCache {
  private readonly folders: readonly string[];
  private readonly limit: () => number; // bytes
  private readonly recorded = new Set<string>();
  private added = 0;
  private pruning: Promise<void> | null = null;

  constructor(folders: readonly string[], limit: () => number) {
    this.folders = folders;
    this.limit = limit;
  }

  /** Records that a picture was shown, once per process. */
  use(path: string): void {
    if (this.recorded.has(path)) return;
    if (this.recorded.size >= MAX_RECORDED) this.recorded.clear();
    this.recorded.add(path);
    void recordUse(path).catch(() => undefined); // on a read-only disk the order of creation decides
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
    this.recorded.clear();
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
  }

  private async pruneNow(): Promise<void> {
    const limit = this.limit();
    const files = await this.list();
    let bytes = sum(files);
    if (bytes <= limit) return;
    files.sort((a, b) => a.usedMs - b.usedMs);
    for (const { path, bytes: size } of files) {
      if (bytes <= PRUNE_TARGET * limit) return;
      await rm(path, { force: true }).catch(() => undefined); // Windows refuses to delete a file that is being read
      this.recorded.delete(path);
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
async function recordUse(path: string): Promise<void> {
  const { mtimeMs } = await stat(path);
  await utimes(path, Date.now() / 1000, mtimeMs / 1000);
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

async function findEntry(path: string): Promise<CachedFile | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? { path, bytes: found.size, usedMs: Math.max(found.atimeMs, found.mtimeMs) } : null;
}

const sum = (files: readonly CachedFile[]): number => files.reduce((total, { bytes }) => total + bytes, 0);
