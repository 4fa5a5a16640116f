import { AppError } from '../../../shared/errors.ts';
import { traceOf } from '../../../shared/trace.ts';

const MAX_TEXT = 4000; // characters
const MAX_ITEMS = 50;

/** An error as a log record: code, sentence, details, stack and causes, without the content of long or binary arrays. */
export function errorRecord(error: unknown): Record<string, unknown> {
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
  const known = error instanceof AppError ? { code: error.code, details: shorten(error.details) } : {};
  return { name, message: shorten(message), ...known, stack: shorten(traceOf(error), 4 * MAX_TEXT) };
}

/** Shortens values for the log: long texts are cut, typed arrays and buffers are replaced by type and length. */
function shorten(value: unknown, longest = MAX_TEXT): unknown {
  if (typeof value === 'string') return value.length > longest ? `${value.slice(0, longest)}… (${value.length} characters)` : value;
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (value instanceof Error) return traceOf(value).slice(0, longest);
  if (Array.isArray(value)) return value.length > MAX_ITEMS ? `${value.length} items` : value.map((item) => shorten(item, longest));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([key, item]) => [key, shorten(item, longest)]),
  );
}
