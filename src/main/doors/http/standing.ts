import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../foundation/files.ts';
import { connectHouse } from '../connect/connect.ts';

const noteOf = (workspace: string): string => join(workspace, 'served.json');

/**
 * Leaves the address of a served workbench in its workspace, for a second start to find. It holds the token: only the
 * person that the workspace belongs to may read it. Returns what takes it away again.
 */
export async function noteStanding(workspace: string, url: string): Promise<() => void> {
  const file = noteOf(workspace);
  try {
    await writeWhole(file, JSON.stringify({ url, pid: process.pid }));
    chmodSync(file, 0o600);
  } catch {
    return () => undefined; // a second start then says that the workspace is taken
  }
  return () => rmSync(file, { force: true });
}

/** The address of the workbench that is served from this workspace now; null where none answers. */
export async function findStanding(workspace: string): Promise<string | null> {
  try {
    const { url } = JSON.parse(readFileSync(noteOf(workspace), 'utf8')) as { url: string };
    const there = await connectHouse(url);
    await there.close();
    return url;
  } catch {
    return null;
  }
}
