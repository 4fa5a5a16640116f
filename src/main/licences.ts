import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LicenceNotice } from '../shared/workbench.ts';
import { byCodePoint } from './words.ts';

const Notices = z.array(z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string().nullable() }));

/**
 * The licences of what this program is made of, sorted by name: the build wrote them beside each bundle
 * (`notices/*.json` in each of `folders`). A folder without them, as when run from the sources, adds none.
 */
export async function readNotices(folders: readonly string[]): Promise<LicenceNotice[]> {
  const found = new Map<string, LicenceNotice>();
  for (const folder of folders.map((each) => join(each, 'notices'))) {
    const files = await readdir(folder).catch((): string[] => []);
    for (const file of files.filter((name) => name.endsWith('.json'))) {
      for (const notice of Notices.parse(JSON.parse(await readFile(join(folder, file), 'utf8'))))
        found.set(`${notice.name}@${notice.version}`, notice);
    }
  }
  return [...found.values()].sort((a, b) => byCodePoint(a.name, b.name));
}
