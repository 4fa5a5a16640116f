import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { LicenceNotice } from '../../shared/workbench.ts';

const Notices = z.array(z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string().nullable() }));

/** Reads the licences of all bundled packages, written by the build. Throws AppError 'not-found' if the file is missing. */
export async function readNotices(file: string): Promise<LicenceNotice[]> {
  try {
    return Notices.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new AppError('not-found', 'The licence notices are missing from this installation. Install Twinlens again.', { file }, error);
  }
}
