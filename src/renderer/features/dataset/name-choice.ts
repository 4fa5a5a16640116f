/** A name in use, or the entry that makes a new one (`images` null). */
export interface NameOption {
  name: string;
  images: number | null;
}

const MAX_SHOWN = 50; // names in use

/** The form in which names that differ in case, spaces around them or the encoding of accents are equal. */
const plainForm = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/**
 * The names in use that contain the text, without regard to case and the encoding of accents, those equal to it first; then the entry for
 * a new name unless the text is one in use.
 */
export function nameOptions(names: readonly { name: string; images: number }[], text: string): NameOption[] {
  const typed = text.trim();
  const plain = plainForm(text);
  const containing = names.filter(({ name }) => plainForm(name).includes(plain));
  const isSame = ({ name }: { name: string }): boolean => plainForm(name) === plain;
  const found = [...containing.filter(isSame), ...containing.filter((one) => !isSame(one))].slice(0, MAX_SHOWN);
  return typed === '' || names.some(({ name }) => name === typed) ? found : [...found, { name: typed, images: null }];
}

/**
 * What Enter means before an entry is chosen: the name in use that was typed, if need be in another case, or the only one listed if the text
 * is its beginning; else null. `newOnEnter`: where no name in use is listed, the new one.
 */
export function nameOnEnter(options: readonly NameOption[], text: string, { newOnEnter }: { newOnEnter: boolean }): string | null {
  const typed = text.trim();
  const plain = plainForm(text);
  const known = options.filter(({ images }) => images !== null);
  if (typed === '') return null;
  if (known.some(({ name }) => name === typed)) return typed;
  if (known.length === 0 && newOnEnter) return typed;
  const same = known.filter(({ name }) => plainForm(name) === plain);
  const [only, ...others] = same.length > 0 ? same : known.filter(({ name }) => plainForm(name).startsWith(plain));
  const isUnambiguous = only !== undefined && others.length === 0 && (same.length > 0 || known.length === 1);
  return isUnambiguous ? only.name : null;
}
