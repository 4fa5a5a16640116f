const DEPTH = 5; // of the chain of causes

/** The stacks of an error and of its causes. */
export function traceOf(error: unknown, depth = DEPTH): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined || depth === 0 ? own : `${own}\nCaused by: ${traceOf(error.cause, depth - 1)}`;
}

/** An error of another process or thread, which sent only its trace. */
export function errorFromTrace(trace: string): Error {
  const error = new Error(trace.split('\n', 1)[0]);
  error.stack = trace;
  return error;
}
