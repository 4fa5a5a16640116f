import { createHash, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddingSource, sourceKey } from '../../../shared/embedding-source.ts';
import type { ImageMapFacts, ImageMapPoints } from '../../../shared/image-map.ts';
import { makeFolders, writeFileAtomically } from '../../foundation/files.ts';
import { log } from '../../foundation/log/log.ts';
import { readNumbers, writeNumbers } from '../../foundation/number-files.ts';

/** The record of a map, `DATASET/SOURCE/map.json`. It names the files with the numbers, which are new for each layout. */
export interface MapRecord {
  version: typeof VERSION;
  edition: string; // prefix of the files' names
  key: string; // EmbeddedSet.key that it was laid out from
  facts: ImageMapFacts;
}

/** Raise when layouts are computed in another way: stored ones of another version are missing. */
const VERSION = 1;
const FILE = 'map.json';

const mapFolder = (folder: string, dataset: string, source: EmbeddingSource): string =>
  join(folder, dataset, createHash('sha256').update(sourceKey(source)).digest('hex').slice(0, 16));

/** The maps of all data sets, as files with checksums. */
export class MapFiles {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Null if there is none, or one that can't be read. */
  async record(dataset: string, source: EmbeddingSource): Promise<MapRecord | null> {
    const folder = mapFolder(this.folder, dataset, source);
    try {
      const record = JSON.parse(await readFile(join(folder, FILE), 'utf8')) as MapRecord;
      return record.version === VERSION ? record : null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log().warn({ err: error, folder }, 'a stored map can’t be read');
      return null;
    }
  }

  /** Null if a file is gone or damaged. */
  async points(dataset: string, source: EmbeddingSource, { edition, facts }: MapRecord): Promise<ImageMapPoints | null> {
    const folder = mapFolder(this.folder, dataset, source);
    const [ids, xy] = [new Int32Array(facts.images), new Float32Array(2 * facts.images)];
    const read = await Promise.all([readNumbers(join(folder, `${edition}.ids.i32`), ids), readNumbers(join(folder, `${edition}.xy.f32`), xy)]);
    return read.every(Boolean) ? { ids, xy } : null;
  }

  /** Throws as writeFileAtomically does. */
  async write(dataset: string, source: EmbeddingSource, map: Pick<MapRecord, 'key' | 'facts'> & ImageMapPoints): Promise<void> {
    const folder = mapFolder(this.folder, dataset, source);
    const edition = randomUUID();
    makeFolders(folder);
    await writeNumbers(join(folder, `${edition}.ids.i32`), map.ids);
    await writeNumbers(join(folder, `${edition}.xy.f32`), map.xy);
    const record: MapRecord = { version: VERSION, edition, key: map.key, facts: map.facts };
    await writeFileAtomically(join(folder, FILE), JSON.stringify(record));
    for (const name of readdirSync(folder).filter((other) => other !== FILE && !other.startsWith(edition)))
      await rm(join(folder, name), { force: true }).catch((error: unknown) => log().warn({ err: error, name }, 'not deleted'));
  }
}
