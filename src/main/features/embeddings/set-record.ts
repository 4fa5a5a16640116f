import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddingSource, sourceKey } from '../../../shared/embedding-source.ts';
import type { NeighbourRecall, UnreadableImage } from '../../../shared/embeddings.ts';
import type { EmbeddedRequest } from '../../compute/protocol/embeddings.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { log } from '../../foundation/log/log.ts';

/**
 * The record of an embedded data set, `DATASET/SOURCE/set.json`. It names the folder with the numbers, which is new for each analysis, so that
 * a reader of the one before is not disturbed until the record is written.
 */
export interface SetRecord {
  version: typeof VERSION;
  source: EmbeddingSource;
  edition: string; // name of the folder with the files
  key: string;
  stamp: string; // of the network
  imagesHash: string; // of ids and SHA-256 of all images, unreadable ones too
  shape: Pick<EmbeddedRequest, 'n' | 'd' | 'k'>;
  unreadable: UnreadableImage[];
  recall: NeighbourRecall | null;
  computedMs: number;
  seconds: number;
}

/** Raise when rows or neighbours are computed in another way: stored ones of another version are missing. */
const VERSION = 1;
const FILE = 'set.json';

/** The folder of a data set's embeddings by a source. */
export const setFolder = (folder: string, dataset: string, source: EmbeddingSource): string =>
  join(folder, dataset, createHash('sha256').update(sourceKey(source)).digest('hex').slice(0, 16));

export const newRecord = (record: Omit<SetRecord, 'version'>): SetRecord => ({ version: VERSION, ...record });

/** Null if there is none, or one that can't be read. */
export async function readRecord(folder: string): Promise<SetRecord | null> {
  try {
    const record = JSON.parse(await readFile(join(folder, FILE), 'utf8')) as SetRecord;
    return record.version === VERSION && existsSync(join(folder, record.edition)) ? record : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log().warn({ err: error, folder }, 'stored embeddings can’t be read');
    return null;
  }
}

/** Writes a record, then deletes the files of others. */
export async function writeRecord(folder: string, record: SetRecord): Promise<void> {
  await writeFileAtomically(join(folder, FILE), JSON.stringify(record));
  await deleteOthers(folder, record.edition);
}

/** Deletes what other analyses left, complete or not. Never throws: a file that another program has open is deleted the next time. */
export async function deleteOthers(folder: string, edition: string | null): Promise<void> {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names)
    if (name !== FILE && name !== edition)
      await rm(join(folder, name), { recursive: true, force: true }).catch((error: unknown) => log().warn({ err: error, name }, 'not deleted'));
}
