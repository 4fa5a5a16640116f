import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { escape } from 'html-escaper';
import { makeTemporaryFolder, writeFileAtomically } from '../../foundation/files.ts';

/** A page that redirects to an address at once. The browser replaces it in the history. */
export const redirectPage = (address: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${escape(address)}"><title>Twinlens</title><a href="${escape(address)}">Open Twinlens</a></html>\n`;

const OWNER_ONLY = 0o600;
/** Browsers in a snap can't read hidden folders, where the usual workspace is, nor the system's temporary folder. */
const hasSnaps = (): boolean => process.platform === 'linux' && existsSync('/snap/bin');

/** The redirect file of a workspace. Any process that serves the workspace can remove it. */
function redirectFile(workspace: string): string {
  const isHidden = workspace.split(/[\\/]/).some((part) => part.startsWith('.'));
  if (!isHidden || !hasSnaps()) return join(workspace, 'open.html');
  const name = createHash('sha256').update(workspace).digest('hex').slice(0, 12);
  return join(homedir(), `twinlens-open-${name}.html`);
}

/**
 * Writes a page that redirects to the address with its token, for a browser to open: every user of the computer can read a
 * browser's command line, but only the owner this file. Returns its URL. `workspace`: null if it can't be used.
 * Throws AppError if the file can't be written.
 */
export async function writeRedirectFile(url: string, workspace: string | null): Promise<string> {
  const file = workspace === null ? join(makeTemporaryFolder('twinlens-open-'), 'open.html') : redirectFile(workspace);
  await writeFileAtomically(file, redirectPage(url), OWNER_ONLY);
  return pathToFileURL(file).href;
}

export const deleteRedirectFile = (workspace: string): void => rmSync(redirectFile(workspace), { force: true });
