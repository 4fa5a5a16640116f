import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryFolder } from '../files.ts';
import { type AppError, asAppError, isUnexpected, toWireError, type WireError } from '../../../shared/errors.ts';
import { errorRecord } from './error-record.ts';
import { log, logPath } from './log.ts';
import { redact } from './redact.ts';

const MAX_FALLBACKS = 100; // errors of one process in the fallback file

let fallback: string | null = null;
let fallbacks = 0;

/**
 * Logs a failure and returns it for the caller. For an unexpected error `details.log` is the path of the file with its stack.
 * `where`: name of the call or job, without its input.
 */
export function reportError(error: unknown, where: Record<string, string | null>): WireError {
  const appError = asAppError(error);
  const wire = toWireError(appError);
  if (appError.code === 'cancelled' || appError.code === 'usage') {
    log().debug({ ...where, err: appError }, 'refused');
    return wire;
  }
  log()[isUnexpected(appError) ? 'error' : 'warn']({ ...where, err: appError }, 'failed');
  return isUnexpected(appError) ? { ...wire, details: { ...wire.details, log: detailsFile(appError) } } : wire;
}

/** The message, followed by the path of the log if there is one. */
export function sentenceWithLog({ message, details }: Pick<WireError, 'message' | 'details'>): string {
  const file = details['log'];
  return typeof file === 'string' ? `${/[.!?…]$/.test(message) ? message : `${message}.`} Details: ${file}` : message;
}

/** Path of the log, or of a temporary file if the log can't be written; null if that fails too. */
function detailsFile(error: AppError): string | null {
  const path = logPath();
  if (path !== null) return path;
  try {
    fallback ??= join(makeTemporaryFolder('twinlens-errors-'), 'error.log'); // mkdtemp: only this user can read the folder
    if (fallbacks++ < MAX_FALLBACKS)
      appendFileSync(fallback, redact(`${JSON.stringify({ time: new Date().toISOString(), err: errorRecord(error) })}\n`));
    return fallback;
  } catch {
    return null;
  }
}
