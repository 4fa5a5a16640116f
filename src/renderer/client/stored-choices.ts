/** The values that an entry accepts; without a list, all of its type. */
type Allowed<T> = { readonly [K in keyof T]?: readonly unknown[] };

/**
 * `defaults`, replaced by the valid entries of a stored object: of the default's type (lists: of strings) and in `allowed`. Other entries,
 * such as those of another version, are ignored.
 */
export function restoreChoices<T extends object>(defaults: T, stored: unknown, allowed: Allowed<T> = {}): T {
  if (!isRecord(stored)) return defaults;
  const entries = Object.entries(defaults) as [keyof T & string, unknown][];
  const isValid = ([key, value]: [keyof T & string, unknown]): boolean => {
    const found = stored[key];
    const isList = Array.isArray(value);
    const isSameType = isList ? Array.isArray(found) && found.every((item) => typeof item === 'string') : typeof found === typeof value;
    return isSameType && (isList ? (found as unknown[]) : [found]).every((item) => allowed[key]?.includes(item) ?? true);
  };
  return Object.fromEntries(entries.map((entry) => [entry[0], isValid(entry) ? stored[entry[0]] : entry[1]])) as T;
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
