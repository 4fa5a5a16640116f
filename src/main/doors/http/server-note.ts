import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../foundation/files.ts';
import { connectWorkbench } from '../connect/connect.ts';

const noteFile = (workspace: string): string => join(workspace, 'served.json');

/**
 * Writes the address of a served workbench into its workspace, for a second start to find. It holds the token: only the owner of the
 * workspace may read it. Returns a function that deletes it.
 */
export async function writeServerNote(workspace: string, url: string): Promise<() => void> {
  const file = noteFile(workspace);
  try {
    await writeFileAtomically(file, JSON.stringify({ url, pid: process.pid }));
    chmodSync(file, 0o600);
  } catch {
    return () => undefined; // a second start then says that the workspace is in use
  }
  return () => rmSync(file, { force: true });
}

/** The address of the workbench that is served from this workspace now; null where none answers. */
export async function findRunningServer(workspace: string): Promise<string | null> {
  try {
    const { url } = JSON.parse(readFileSync(noteFile(workspace), 'utf8')) as { url: string };
    const served = await connectWorkbench(url);
    await served.close();
    return url;
  } catch {
    return null;
  }
}
