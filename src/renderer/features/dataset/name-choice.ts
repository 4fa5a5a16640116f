/** A name in use, or the entry that makes a new one (`images` null). */
export interface NameOption {
  name: string;
  images: number | null;
}

const MAX_SHOWN = 50; // names in use

/** The names in use that contain the text, ignoring case, then the entry for a new name unless the text is one in use. */
export function nameOptions(names: readonly { name: string; images: number }[], text: string): NameOption[] {
  const typed = text.trim();
  const found = names.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase())).slice(0, MAX_SHOWN);
  return typed === '' || names.some(({ name }) => name === typed) ? found : [...found, { name: typed, images: null }];
}

/**
 * What Enter means before an entry is chosen: the name in use that was typed, or the only one listed if the text is its beginning; else null.
 * `newOnEnter`: where no name in use is listed, the new one.
 */
export function nameOnEnter(options: readonly NameOption[], text: string, { newOnEnter }: { newOnEnter: boolean }): string | null {
  const typed = text.trim();
  const known = options.filter(({ images }) => images !== null);
  if (typed === '') return null;
  if (known.some(({ name }) => name === typed)) return typed;
  if (known.length === 0 && newOnEnter) return typed;
  return known.length === 1 && known[0]!.name.toLowerCase().startsWith(typed.toLowerCase()) ? known[0]!.name : null;
}
