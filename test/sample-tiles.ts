import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { writeSample } from '../src/main/compute/sample/sample.ts';

/** The environment variable with the folder that the test files of one run share. */
export const SHARED_FOLDER = 'TWINLENS_TEST_SHARED';

/** As the program draws it. */
export const SAMPLE_SEED = 1;
const WAIT_MS = 120_000;

/**
 * The folder of the whole sample data set (images/, truth.json). Drawing it takes 8 s of CPU time, so the first test that asks draws it for
 * all files of a run: who creates the folder draws, all others wait. Copy it; don't change it.
 */
export async function sampleTiles(): Promise<string> {
  const folder = join(process.env[SHARED_FOLDER]!, 'tiles');
  const finished = join(process.env[SHARED_FOLDER]!, 'tiles drawn');
  try {
    mkdirSync(folder);
  } catch {
    for (const end = Date.now() + WAIT_MS; !existsSync(finished); await wait(100)) {
      if (!existsSync(folder)) return await sampleTiles(); // the other test was cancelled
      if (Date.now() > end) throw new Error(`Another test began to draw the sample data set in ${folder}, and has not finished it.`);
    }
    return folder;
  }
  try {
    await writeSample(folder, { seed: SAMPLE_SEED });
    writeFileSync(finished, '');
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return folder;
}
