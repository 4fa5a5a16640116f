import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mimeOf } from '../../foundation/mime.ts';

export interface ScreenFile {
  path: string;
  type: string; // MIME
  immutable: boolean; // its name holds a hash of its content
}

/** The built screen. Only files that a listing of its folder found can be requested, so no address leads out of it. */
export class ScreenFiles {
  private readonly folder: string;
  private known: Set<string> | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** `name`: below the folder, with /; null where there is none. */
  get(name: string): ScreenFile | null {
    if (!this.names().has(name)) return null;
    return { path: join(this.folder, name), type: mimeOf(name), immutable: name.startsWith('assets/') };
  }

  private names(): Set<string> {
    this.known ??= new Set(
      readdirSync(this.folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(this.folder.length + 1)
            .replaceAll('\\', '/'),
        ),
    );
    return this.known;
  }
}
