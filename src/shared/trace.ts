const DEPTH = 5; // causes of causes

/** The stack of an error and of what caused it. */
export function traceOf(error: unknown, depth = DEPTH): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined || depth === 0 ? own : `${own}\nCaused by: ${traceOf(error.cause, depth - 1)}`;
}

/** Represents an error of another process or thread, of which only the trace was sent. */
export function errorFromTrace(trace: string): Error {
  const error = new Error(trace.split('\n', 1)[0]);
  error.stack = trace;
  return error;
}
