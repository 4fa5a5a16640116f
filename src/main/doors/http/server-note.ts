import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../foundation/files.ts';
import { connectWorkbench } from '../connect/connect.ts';

const noteFile = (workspace: string): string => join(workspace, 'served.json');

/**
 * Writes the address of a served workbench into its workspace, so that a second start finds it. It contains the token, so only the
 * owner of the workspace may read it. Returns a function that deletes it.
 */
export async function writeServerNote(workspace: string, url: string): Promise<() => void> {
  const file = noteFile(workspace);
  try {
    await writeFileAtomically(file, JSON.stringify({ url, pid: process.pid }));
    chmodSync(file, 0o600);
  } catch {
    return () => undefined; // a second start then reports that the workspace is in use
  }
  return () => rmSync(file, { force: true });
}

/** The address of the workbench that is being served from this workspace; null if none answers. */
export async function findRunningServer(workspace: string): Promise<string | null> {
  try {
    const { url } = JSON.parse(readFileSync(noteFile(workspace), 'utf8')) as { url: string };
    const remote = await connectWorkbench(url);
    await remote.close();
    return url;
  } catch {
    return null;
  }
}
