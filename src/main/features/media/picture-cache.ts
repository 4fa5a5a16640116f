import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheUse } from '../../../shared/workbench.ts';

const AFTER = 1000; // pictures written between two checks of the total size
const LEFT = 0.8; // share of the limit to delete down to, so that the next picture does not trigger a deletion
const TOUCHED = 50_000; // files whose use was noted in this session

interface Kept {
  path: string;
  bytes: number;
  usedMs: number;
}

/** Measures and limits the disk space of thumbnails and previews. Deletes the least recently shown first. */
export class PictureCache {
  private readonly folders: readonly string[];
  private readonly limit: () => number; // bytes
  private readonly touched = new Set<string>();
  private made = 0;
  private pruning: Promise<void> | null = null;

  constructor(folders: readonly string[], limit: () => number) {
    this.folders = folders;
    this.limit = limit;
  }

  /** A picture was shown: noted once a session. */
  use(path: string): void {
    if (this.touched.has(path)) return;
    if (this.touched.size >= TOUCHED) this.touched.clear();
    this.touched.add(path);
    void note(path).catch(() => undefined); // on a read-only disk the oldest made goes first
  }

  /** A picture was added. */
  add(): void {
    if (++this.made % AFTER === 0) void this.prune();
  }

  async usage(): Promise<CacheUse> {
    const kept = await this.list();
    return { files: kept.length, bytes: sum(kept), limit: this.limit() };
  }

  /** Deletes pictures above the limit. */
  prune(): Promise<void> {
    this.pruning ??= this.deleteOldest().finally(() => (this.pruning = null));
    return this.pruning;
  }

  /** Deletes all pictures. They are made again when shown. */
  async clear(): Promise<void> {
    await this.pruning;
    this.touched.clear();
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
  }

  private async deleteOldest(): Promise<void> {
    const limit = this.limit();
    const kept = await this.list();
    let bytes = sum(kept);
    if (bytes <= limit) return;
    kept.sort((a, b) => a.usedMs - b.usedMs);
    for (const { path, bytes: size } of kept) {
      if (bytes <= LEFT * limit) return;
      await rm(path, { force: true }).catch(() => undefined); // Windows: one that is being read stays
      this.touched.delete(path);
      bytes -= size;
    }
  }

  /** Two levels deep, one sub-folder at a time, so that 100,000 files do not block other work. */
  private async list(): Promise<Kept[]> {
    const kept: Kept[] = [];
    for (const folder of this.folders) {
      for (const part of await namesIn(folder)) {
        const files = (await namesIn(join(folder, part))).map((name) => join(folder, part, name));
        kept.push(...(await Promise.all(files.map(findEntry))).filter((file) => file !== null));
      }
    }
    return kept;
  }
}

/** Sets the access time to now. The modification time stays: browsers cache a picture by it. */
async function note(path: string): Promise<void> {
  const { mtimeMs } = await stat(path);
  await utimes(path, Date.now() / 1000, mtimeMs / 1000);
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

async function findEntry(path: string): Promise<Kept | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? { path, bytes: found.size, usedMs: Math.max(found.atimeMs, found.mtimeMs) } : null;
}

const sum = (kept: readonly Kept[]): number => kept.reduce((total, { bytes }) => total + bytes, 0);
