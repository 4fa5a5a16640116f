import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for all tests of a file, deleted after them; `put` writes a file into it and returns its path. */
export function folderForTests(): { folder: string; put(name: string, bytes: Uint8Array): Promise<string> } {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    put: async (name, bytes) => {
      const file = join(folder, name);
      await writeFile(file, bytes);
      return file;
    },
  };
}
