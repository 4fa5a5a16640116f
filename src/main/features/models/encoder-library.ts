import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { ENCODER_ID, ImportedEncoder } from '../../../shared/imported-encoder.ts';

const RECORD = 'encoder.json';

/** The imported encoders of a workspace: a folder each, with its record and its files. */
export class EncoderLibrary {
  private readonly folder: string;

  /** `folder`: of all imported encoders. */
  constructor(folder: string) {
    this.folder = folder;
  }

  folderOf(id: string): string {
    return join(this.folder, id);
  }

  /** Throws AppError 'not-found' for an encoder that was not added, or was removed. */
  get(id: string): ImportedEncoder {
    const path = join(this.folderOf(id), RECORD);
    if (!ENCODER_ID.test(id) || !existsSync(path))
      throw new AppError('not-found', `There is no imported encoder ${id} on this computer. Add its file, or choose another network.`, {
        field: 'weights',
      });
    return ImportedEncoder.parse(JSON.parse(readFileSync(path, 'utf8')));
  }
}
