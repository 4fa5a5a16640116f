import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../foundation/files.ts';
import { connectWorkbench } from '../connect/connect.ts';

const OWNER_ONLY = 0o600;
const noteFile = (workspace: string): string => join(workspace, 'served.json');

export interface ServerNote {
  url: string; // with the token
  port: number;
  token: string;
}

/**
 * Writes the address of a served workbench into its workspace: a second start finds the running server, and a later start
 * serves at the same address, so that open pages and bookmarks keep working. The file holds the token and is readable for its
 * owner only.
 */
export async function writeServerNote(workspace: string, url: string): Promise<void> {
  try {
    await writeFileAtomically(noteFile(workspace), JSON.stringify({ url, pid: process.pid }), OWNER_ONLY);
  } catch {
    // A second start then says that the workspace is in use, and the next start has another address.
  }
}

/** The address of the last server; null if there is none, or if others could have read its token. */
export function readServerNote(workspace: string): ServerNote | null {
  try {
    const file = noteFile(workspace);
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) return null;
    const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string };
    const { port, searchParams } = new URL(url);
    const token = searchParams.get('token') ?? '';
    return /^[\w-]{43}$/.test(token) && Number(port) > 0 ? { url, port: Number(port), token } : null;
  } catch {
    return null;
  }
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
