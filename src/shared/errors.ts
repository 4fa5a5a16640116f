/** Errors shown to a person: a stable code, one sentence that says what to do, and details for the log or a list. */
export type ErrorCode =
  | 'usage' // wrong options or arguments: exit code 2
  | 'not-found' // unknown data set, run, comparison, file or folder
  | 'bad-dataset' // a folder that can't be a data set (empty, one class, …)
  | 'bad-image' // an image that can't be decoded
  | 'bad-weights' // a weights file that is broken or for another backbone
  | 'bad-request' // options that are valid alone but not together
  | 'offline' // a host that can't be reached
  | 'busy' // another process holds the workspace
  | 'workspace' // unreadable, read-only or newer workspace
  | 'disk-full'
  | 'compute-lost' // the compute process died
  | 'engine' // an engine or device that can't run
  | 'cancelled'
  | 'internal';

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }
}

/** A bug or an unknown failure: its details are needed to find the cause. */
export const isUnexpected = ({ code }: Pick<AppError, 'code'>): boolean => code === 'internal' || code === 'compute-lost';

/** What crosses a process or network boundary: the stack stays in the log of the process that threw. */
export interface WireError {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
}

export function toWireError(error: unknown): WireError {
  const known = asAppError(error);
  return { code: known.code, message: known.message, details: known.details };
}

export function fromWireError(wire: WireError, cause?: unknown): AppError {
  return new AppError(wire.code, wire.message, wire.details, cause);
}

/** SQLite's extended codes name their kind first: SQLITE_CORRUPT_INDEX, SQLITE_IOERR_WRITE. */
const EXTENDED = /^(SQLITE_(?:CORRUPT|FULL|IOERR|NOTADB|READONLY))_.*/;

/** Turns errors of the operating system and of SQLite into sentences that a person can act on; returns AppErrors unchanged. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, path, message, name } = (error ?? {}) as { code?: unknown; path?: string; message?: string; name?: string };
  if (name === 'AbortError') return new AppError('cancelled', 'Cancelled.', {}, error);
  const where = path ? ` (${path})` : '';
  const kind = typeof code === 'string' ? code.replace(EXTENDED, '$1') : null; // a number is the exit status of a failed command
  switch (kind) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return new AppError('disk-full', `The disk is full${where}. Free some space and try again; nothing already stored was lost.`, {}, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'SQLITE_READONLY':
      return new AppError('workspace', `Not permitted to write or read there${where}. Check the folder's permissions.`, {}, error);
    case 'ENOENT':
      return new AppError('not-found', `No such file or folder${where}.`, {}, error);
    case 'EISDIR':
      return new AppError('bad-request', `There is a folder where a file is expected${where}. Choose a file.`, {}, error);
    case 'ENOTDIR':
      return new AppError('bad-request', `There is a file where a folder is expected${where}. Choose a folder.`, {}, error);
    case 'EEXIST':
      return new AppError('bad-request', `That name is already taken${where}. Choose another.`, {}, error);
    case 'ENAMETOOLONG':
      return new AppError(
        'bad-request',
        `The path is too long for this disk${where}. Choose a shorter name, or a folder with a shorter path.`,
        {},
        error,
      );
    case 'ELOOP':
      return new AppError('bad-request', `A symbolic link points to itself${where}. Choose the folder that it should point to.`, {}, error);
    case 'EFBIG':
      return new AppError(
        'workspace',
        `The file is too large for this disk${where}. Choose a folder on another disk; FAT32 takes 4 GB at most.`,
        {},
        error,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new AppError('workspace', 'Too many files are open. Close other programs, or raise the limit (ulimit -n), and try again.', {}, error);
    case 'EBUSY':
    case 'ETXTBSY':
      return new AppError('workspace', `Another program uses the file${where}. Close it there and try again.`, {}, error);
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return new AppError(
        'workspace',
        'The database of the workspace is damaged. Close Twinlens, then restore twinlens.sqlite from a backup, or use another workspace folder.',
        {},
        error,
      );
    case 'SQLITE_IOERR':
    case 'EIO':
      return new AppError('workspace', `The disk reports an error${where}. Check its connection and health, and try again.`, {}, error);
    case 'ERR_INVALID_ARG_VALUE':
      if (message?.includes('null bytes')) return new AppError('bad-request', 'The path contains a null byte, so it can’t name a file.', {}, error);
      return new AppError('internal', message ?? kind, {}, error);
    case 'ABORT_ERR':
      return new AppError('cancelled', 'Cancelled.', {}, error);
    default:
      return new AppError('internal', message || String(error), {}, error);
  }
}
