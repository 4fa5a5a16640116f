import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppError, asAppError, isUnexpected, toWireError, type WireError } from '../../../shared/errors.ts';
import { errorRecord } from './error-record.ts';
import { log, logPath } from './log.ts';
import { redact } from './redact.ts';

const MOST_FALLBACKS = 100; // errors of one process written to the fallback file

let fallback: string | null = null;
let fallbacks = 0;

/**
 * Logs a failure. Returns it for the caller: an unexpected error carries in its details as `log` the file that holds its stack.
 * `where`: what was done, without its input.
 */
export function reportError(error: unknown, where: Record<string, string | null>): WireError {
  const known = asAppError(error);
  const wire = toWireError(known);
  if (known.code === 'cancelled' || known.code === 'usage') {
    log().debug({ ...where, err: known }, 'refused');
    return wire;
  }
  log()[isUnexpected(known) ? 'error' : 'warn']({ ...where, err: known }, 'failed');
  return isUnexpected(known) ? { ...wire, details: { ...wire.details, log: detailsFile(known) } } : wire;
}

/** One sentence for a terminal or a page. */
export function sentenceWithLog({ message, details }: Pick<WireError, 'message' | 'details'>): string {
  const file = details['log'];
  return typeof file === 'string' ? `${/[.!?…]$/.test(message) ? message : `${message}.`} Details: ${file}` : message;
}

/** The log, or where it can't be written a file in the system's folder for temporary ones; null where that fails, too. */
function detailsFile(error: AppError): string | null {
  const path = logPath();
  if (path !== null) return path;
  try {
    fallback ??= join(mkdtempSync(join(tmpdir(), 'twinlens-errors-')), 'error.log'); // its folder is the person's alone
    if (fallbacks++ < MOST_FALLBACKS)
      appendFileSync(fallback, redact(`${JSON.stringify({ time: new Date().toISOString(), err: errorRecord(error) })}\n`));
    return fallback;
  } catch {
    return null;
  }
}
