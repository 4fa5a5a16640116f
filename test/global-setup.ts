import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHARED_FOLDER } from './shared-folder.ts';

/** Creates the folder that the test files of one run share. A run inside another one (nn/webgpu.test.ts) uses the outer run's. */
export default function setup(): (() => void) | undefined {
  if (process.env[SHARED_FOLDER] !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'twinlens suite '));
  process.env[SHARED_FOLDER] = folder; // test processes inherit it
  return () => rmSync(folder, { recursive: true, force: true });
}
