import { createHash, randomUUID } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { AppError, asAppError } from '../../shared/errors.ts';

const MAX_ATTEMPTS = 5;

export const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false;

/**
 * Creates a folder and its missing parents. Node's `mkdir(…, { recursive: true })` never returns if the file system reports
 * ENOENT although the parent exists (/proc, some network mounts).
 * `mode`: permissions of `folder` itself if it is made (POSIX). Returns the folders that it made, parents first.
 * Throws the operating system's error, such as ENOTDIR or EEXIST if a file has that path.
 */
export function makeFolders(folder: string, mode = 0o777): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const parent = dirname(folder);
  const parents = parent !== folder && !existsSync(parent) ? makeFolders(parent) : [];
  try {
    mkdirSync(folder, { mode });
    return [...parents, folder];
  } catch (error) {
    // Another process may have created it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
    return parents;
  }
}

/**
 * Creates a new folder for temporary files, readable for this user only. Creates the system's folder for them if TMPDIR names a
 * missing one. Throws AppError 'workspace' or 'disk-full' if it can't be created.
 */
export function makeTemporaryFolder(prefix: string): string {
  try {
    makeFolders(tmpdir());
    return mkdtempSync(join(tmpdir(), prefix));
  } catch (error) {
    const known = asAppError(error);
    if (known.code === 'disk-full') throw known;
    throw new AppError(
      'workspace',
      `The folder for temporary files, ${tmpdir()}, can't be used. Set TMPDIR to a folder that you may write.`,
      {},
      error,
    );
  }
}

const STALE_MS = 60 * 60_000;

/**
 * makeTemporaryFolder for a folder that this process deletes before it ends. A killed process leaves its folder: the next call with
 * this prefix deletes it once it is an hour old and no process has its id.
 */
export function makeScratchFolder(prefix: string): string {
  const folder = makeTemporaryFolder(`${prefix}${process.pid}-`);
  const before = Date.now() - STALE_MS;
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || isRunning(Number(pid))) continue;
    const path = join(tmpdir(), name);
    try {
      if (statSync(path).mtimeMs < before) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's, or just deleted by another process.
    }
  }
  return folder;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** `.twinlens-COMPUTER-PID-UUID.tmp`; earlier versions wrote `.UUID.tmp`. */
const TEMPORARY = /^\.(?:twinlens-([0-9a-f]{8})-(\d+)-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** First 8 hex digits of the SHA-256 of the host name. On a shared disk, process ids are valid on one computer only. */
const thisComputer = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** An unused path in the same folder. Its name has the computer and the process that own the file. */
export const temporaryPath = (path: string): string => join(dirname(path), `.twinlens-${thisComputer()}-${process.pid}-${randomUUID()}.tmp`);

/** Deletes the temporary files that killed processes left in a folder that only Twinlens writes to. */
export function deleteTemporaryFiles(folder: string): void {
  for (const name of readdirSync(folder)) if (TEMPORARY.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
}

/**
 * Deletes the temporary files and folders that killed processes of this computer left in a folder of the user: named as by
 * temporaryPath, more than an hour old, without a running process. Never throws.
 */
export function deleteAbandonedFiles(folder: string): void {
  const before = Date.now() - STALE_MS;
  for (const name of namesIn(folder)) {
    const [, computer, pid] = TEMPORARY.exec(name) ?? [];
    if (computer !== thisComputer() || isRunning(Number(pid))) continue;
    const path = join(folder, name);
    try {
      if (lstatSync(path).mtimeMs < before) rmSync(path, { recursive: true, force: true }); // a link is deleted, not its target, which may be missing
    } catch {
      // Not permitted, or just deleted by another process.
    }
  }
}

/** Names in a folder; none if it does not exist yet or can't be read. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Bytes of all files in a folder and its folders. */
export const bytesInFolder = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const stats = statSync(join(folder, name));
    return sum + (stats.isFile() ? stats.size : 0);
  }, 0);

/** Returns a function that says whether `path` is still the same file or folder: false if it was moved, deleted or replaced. */
export function sameFileCheck(path: string): () => boolean {
  const read = (): string | null => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats ? `${stats.dev} ${stats.ino}` : null;
  };
  const before = read();
  return () => read() === before;
}

/** Reads a file. Returns null if it does not have this CRC-32; undefined: not checked. Throws as node:fs does. */
export async function readIntact(path: string, checksum: number | undefined): Promise<Buffer | null> {
  const bytes = await readFile(path);
  return checksum === undefined || crc32(bytes) === checksum ? bytes : null;
}

/**
 * Writes a file atomically: a reader finds either the old content or all of `bytes`. Writes a temporary file in the same folder
 * (a rename across volumes would copy), flushes it to the disk and renames it. Creates missing parent folders. On failure
 * deletes the temporary file and the folders that it created, and leaves the old file unchanged. Text is written as UTF-8. `mode`:
 * permissions of the file from its first byte on (POSIX), less the process's umask.
 * Throws AppError 'disk-full', 'workspace' (not permitted) or 'internal'.
 */
export async function writeFileAtomically(
  path: string,
  bytes: Uint8Array | string | AsyncIterable<Uint8Array | string>,
  mode = 0o666,
): Promise<void> {
  const folder = dirname(path);
  const temporary = temporaryPath(path);
  let madeFolders: string[] = [];
  try {
    madeFolders = makeFolders(folder);
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await renameOver(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    for (const made of madeFolders.reverse()) await rmdir(made).catch(() => undefined); // unless another file is in it now
    throw asAppError(error);
  }
  await flushFolder(folder);
}

/**
 * Publishes a finished file: flushes it to the disk and renames it. `temporary` is in the folder of `path`, see temporaryPath. Throws as node:fs
 * does; the file then stays.
 */
export async function publishFile(temporary: string, path: string): Promise<void> {
  const file = await open(temporary, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await renameOver(temporary, path);
  await flushFolder(dirname(path));
}

/** Renames with retries: Windows refuses to replace a file while a virus scanner or an indexer has it open. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      const isTransient = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(code);
      if (!isTransient || attempt === MAX_ATTEMPTS) throw error;
      await wait(20 * attempt);
    }
  }
}

/** Flushes the folder, so that the rename survives a power failure. Windows can't flush folders. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}
