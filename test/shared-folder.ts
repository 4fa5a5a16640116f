import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** The environment variable with the folder that the test files of one run share. */
export const SHARED_FOLDER = 'TWINLENS_TEST_SHARED';

const WAIT_MS = 120_000;

/**
 * A folder `name` that is filled once for all test files of a run: who creates it fills it, all others wait. Copy what is in it; don't
 * change it.
 */
export async function filledOnce(name: string, fill: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(process.env[SHARED_FOLDER]!, name);
  const finished = `${folder} is filled`;
  try {
    mkdirSync(folder);
  } catch {
    for (const end = Date.now() + WAIT_MS; !existsSync(finished); await wait(100)) {
      if (!existsSync(folder)) return await filledOnce(name, fill); // the other test was cancelled
      if (Date.now() > end) throw new Error(`Another test began to fill ${folder}, and has not finished it.`);
    }
    return folder;
  }
  try {
    await fill(folder);
    writeFileSync(finished, '');
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return folder;
}
