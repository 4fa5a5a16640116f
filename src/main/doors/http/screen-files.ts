import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.json': 'application/json',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
};

export interface ScreenFile {
  bytes: Buffer;
  type: string;
  /** Its name holds a hash of its content. */
  immutable: boolean;
}

/** The built screen. Only what was found in its folder can be asked for, so no address leads out of it. */
export class ScreenFiles {
  private readonly folder: string;
  private known: Set<string> | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** `name`: below the folder, with /; null where there is none. */
  async get(name: string): Promise<ScreenFile | null> {
    if (!this.names().has(name)) return null;
    const bytes = await readFile(join(this.folder, name)).catch(() => null);
    return bytes && { bytes, type: TYPES[extname(name)] ?? 'application/octet-stream', immutable: name.startsWith('assets/') };
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
