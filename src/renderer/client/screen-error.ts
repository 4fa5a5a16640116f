import { AppError, asAppError, isUnexpected } from '../../shared/errors.ts';
import { traceOf } from '../../shared/trace.ts';
import { api } from './api.ts';

const MAX_TRACE = 50_000; // characters, as the contract allows
const MAX_LOGGED = 100; // errors of one page, so that a loop can't flood the log

let logged = 0;

/**
 * Returns the error for display. An unexpected error that arose in the page is logged by the workbench first, so that its
 * details name the log file. An error that came from the workbench is already in its log.
 */
export async function logScreenError(error: unknown): Promise<AppError> {
  const known = asAppError(error);
  if (error instanceof AppError || !isUnexpected(known) || logged >= MAX_LOGGED) return known;
  logged += 1;
  try {
    const { log } = await api.call('app.logError', { trace: traceOf(error).slice(0, MAX_TRACE) });
    return new AppError(known.code, known.message, { ...known.details, log }, error);
  } catch {
    return known; // without a connection the error can still be read and copied
  }
}
