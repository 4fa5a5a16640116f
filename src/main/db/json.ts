import { AppError } from '../../shared/errors.ts';

const TAG = '$number';
const TAGGED = new Map([NaN, Infinity, -Infinity].map((n) => [String(n), n]));

/**
 * JSON that preserves NaN and ±Infinity, which plain JSON replaces by null. A diverged run has such losses, and a split without
 * same pairs has no AUC.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'number' && !Number.isFinite(item) ? { [TAG]: String(item) } : item));
}

/**
 * The inverse of toJson. Does not check the type, because the text comes from this program's own columns. Throws AppError 'workspace' for
 * a damaged text.
 */
export function fromJson<T>(text: string): T {
  try {
    return JSON.parse(text, (_key, item: unknown) => {
      if (item === null || typeof item !== 'object' || !(TAG in item)) return item;
      const name = item[TAG]; // not a tagged number: a user's key, such as a class named $number
      return typeof name === 'string' && Object.keys(item).length === 1 ? (TAGGED.get(name) ?? item) : item;
    }) as T;
  } catch (error) {
    throw new AppError(
      'workspace',
      'A record in the database is damaged. Restore a backup of the workspace, or use another workspace folder.',
      { flags: ['--workspace FOLDER'] },
      error,
    );
  }
}

/** For a column that may be NULL. */
export const fromJsonOrNull = <T>(text: string | null): T | null => (text === null ? null : fromJson<T>(text));
export const toJsonOrNull = (value: unknown): string | null => (value === null ? null : toJson(value));
