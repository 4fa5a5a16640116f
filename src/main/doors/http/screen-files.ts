import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mimeOf } from '../../foundation/mime.ts';
import { screenFilePolicy } from './policy.ts';

export interface ScreenFile {
  path: string;
  type: string; // MIME
  immutable: boolean; // its name contains a hash of its content
  policy: string; // Content-Security-Policy
}

/** The built screen. Only files listed in its folder can be requested, so no address leads outside. */
export class ScreenFiles {
  private readonly folder: string;
  private listed: Set<string> | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** `name`: relative to the folder, with /. Returns null for an unknown name. */
  get(name: string): ScreenFile | null {
    if (!this.names().has(name)) return null;
    return { path: join(this.folder, name), type: mimeOf(name), immutable: name.startsWith('assets/'), policy: screenFilePolicy(name) };
  }

  private names(): Set<string> {
    this.listed ??= new Set(
      readdirSync(this.folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(this.folder.length + 1)
            .replaceAll('\\', '/'),
        ),
    );
    return this.listed;
  }
}
