/** The values that an entry accepts, where its type is not enough. */
type Allowed<T> = { readonly [K in keyof T]?: readonly unknown[] };

/**
 * `defaults` with the entries of a stored object that fit: same type as the default (lists: of texts), and one of `allowed`. Another
 * version may have stored other entries.
 */
export function restoreChoices<T extends object>(defaults: T, stored: unknown, allowed: Allowed<T> = {}): T {
  if (!isRecord(stored)) return defaults;
  const entries = Object.entries(defaults) as [keyof T & string, unknown][];
  const fits = ([key, value]: [keyof T & string, unknown]): boolean => {
    const found = stored[key];
    const list = Array.isArray(value);
    const sameType = list ? Array.isArray(found) && found.every((item) => typeof item === 'string') : typeof found === typeof value;
    return sameType && (list ? (found as unknown[]) : [found]).every((item) => allowed[key]?.includes(item) ?? true);
  };
  return Object.fromEntries(entries.map((entry) => [entry[0], fits(entry) ? stored[entry[0]] : entry[1]])) as T;
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
