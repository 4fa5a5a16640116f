import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { makeFolders } from '../../foundation/files.ts';

const MAX_NAME = 80; // characters, the last
const UNUSED_MS = 24 * 3600 * 1000; // an image of yesterday's unsaved comparison may still be in a slot
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Files that a browser uploaded, each in a separate folder; those of a group share one. */
export class Uploads {
  private readonly folder: string;
  private readonly isUsed: (path: string) => boolean;

  /** `isUsed`: whether something stored refers to the file. */
  constructor(folder: string, isUsed: (path: string) => boolean) {
    this.folder = folder;
    this.isUsed = isUsed;
  }

  /**
   * Writes the content to a new file as it arrives; returns its path. A failure leaves nothing of it. `group`: a UUID; files of one group, which
   * refer to each other by name, are put into one folder. Throws AppError.
   */
  async receive(name: string, content: AsyncIterable<Uint8Array>, group: string = randomUUID()): Promise<string> {
    if (!UUID.test(group)) throw new AppError('bad-request', 'The group of an uploaded file must be a UUID.', { group });
    const safe = name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '_').slice(-MAX_NAME);
    const plain = /[^.]/.test(safe) ? safe : 'image'; // '.' and '..' are folders
    const folder = join(this.folder, group);
    const part = join(folder, `.part-${randomUUID()}`);
    try {
      makeFolders(folder);
      await pipeline(Readable.from(content, { objectMode: false }), createWriteStream(part, { flags: 'wx', flush: true }));
      await rename(part, join(folder, plain));
      return join(folder, plain);
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      await rmdir(folder).catch(() => undefined); // fails if it has other files of the group
      throw error instanceof AppError ? error : asAppError(error);
    }
  }

  /** Deletes files that nothing refers to and that are older than a day, and what a killed process left. Never throws. */
  async deleteUnused(nowMs = Date.now()): Promise<void> {
    for (const name of await readdir(this.folder).catch(() => [])) {
      const folder = join(this.folder, name);
      try {
        if (nowMs - (await stat(folder)).mtimeMs < UNUSED_MS) continue;
        const files = (await readdir(folder)).map((file) => join(folder, file));
        if (!files.some((file) => this.isUsed(file))) await rm(folder, { recursive: true, force: true });
      } catch {
        // It can't be read or deleted now; the next start tries again.
      }
    }
  }
}
