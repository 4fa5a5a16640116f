import { readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { isImageFile } from '../../foundation/image-files.ts';
import { writeFileAtomically } from '../../foundation/files.ts';

const MAX_CHOSEN = 1000; // files; the oldest are dropped

/**
 * Decides which image files a screen may show: files that the user dropped or chose (listed in the workspace), and files in the
 * workspace or an imported folder. Knowing a path gives no access.
 */
export class FileAccess {
  private readonly list: string; // file
  private readonly folders: () => readonly string[];
  private readonly isKnown: (path: string) => boolean;
  private readonly chosen: Set<string>;
  private writing: Promise<void> = Promise.resolve();

  /** `list`: JSON file of chosen paths; `folders`: images in them may be shown; `isKnown`: whether a stored comparison names the file. */
  constructor(list: string, folders: () => readonly string[], isKnown: (path: string) => boolean) {
    this.list = list;
    this.folders = folders;
    this.isKnown = isKnown;
    this.chosen = new Set(readList(list));
  }

  /** Allows a file that the user dropped or chose. Ignores files that are not images, by name and content. */
  async add(path: string): Promise<void> {
    const file = resolve(path);
    if (this.chosen.has(file) || !(await isImageFile(file).catch(() => false))) return;
    this.chosen.add(file);
    for (const oldest of this.chosen) {
      if (this.chosen.size <= MAX_CHOSEN) break;
      this.chosen.delete(oldest);
    }
    const text = JSON.stringify([...this.chosen]);
    this.writing = this.writing.catch(() => undefined).then(() => writeFileAtomically(this.list, text));
    await this.writing;
  }

  /** Whether the image at this absolute path may be shown. Resolves links first: one inside a folder may lead out of it. */
  async allows(path: string): Promise<boolean> {
    const file = resolve(path);
    return (await this.isGranted(file)) && (await isImageFile(file).catch(() => false));
  }

  private async isGranted(file: string): Promise<boolean> {
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
    return []; // missing or damaged: files can be chosen again
  }
}
