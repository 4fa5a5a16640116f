import { readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { hasImageExtension } from '../../foundation/image-files.ts';
import { writeFileAtomically } from '../../foundation/files.ts';

const KEPT = 1000; // files, the last chosen

/**
 * Which image files a screen may be shown beside those of data sets: what a person dropped or chose, remembered with the workspace,
 * and everything in it or in an imported folder. Knowing a path is not enough to read the file.
 */
export class FileAccess {
  private readonly list: string; // file
  private readonly folders: () => readonly string[];
  private readonly isKnown: (path: string) => boolean;
  private readonly chosen: Set<string>;
  private writing: Promise<void> = Promise.resolve();

  /** `list`: where they are remembered; `folders`: whose images may be shown; `isKnown`: files that the workspace's own records name. */
  constructor(list: string, folders: () => readonly string[], isKnown: (path: string) => boolean) {
    this.list = list;
    this.folders = folders;
    this.isKnown = isKnown;
    this.chosen = new Set(readList(list));
  }

  /** A person dropped or chose this file. Anything but an image is not remembered. */
  async add(path: string): Promise<void> {
    const file = resolve(path);
    if (!hasImageExtension(file) || this.chosen.has(file)) return;
    this.chosen.add(file);
    for (const oldest of this.chosen) {
      if (this.chosen.size <= KEPT) break;
      this.chosen.delete(oldest);
    }
    const text = JSON.stringify([...this.chosen]);
    this.writing = this.writing.catch(() => undefined).then(() => writeFileAtomically(this.list, text));
    await this.writing;
  }

  /** Whether the image at this absolute path may be shown. Links are followed first: one inside a folder may lead out of it. */
  async allows(path: string): Promise<boolean> {
    const file = resolve(path);
    if (!hasImageExtension(file)) return false;
    if (this.chosen.has(file) || this.isKnown(file)) return true;
    const real = await realpath(file).catch(() => null);
    if (real === null) return false;
    const roots = await Promise.all(this.folders().map((folder) => realpath(folder).catch(() => null)));
    return roots.some((root) => root !== null && real.startsWith(root.endsWith(sep) ? root : root + sep));
  }
}

function readList(file: string): string[] {
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(found) ? found.filter((path) => typeof path === 'string') : [];
  } catch {
    return []; // none yet, or damaged: files can be chosen again
  }
}
