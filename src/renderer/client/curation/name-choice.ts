/** A name in use, or the entry that makes a new one (`images` null). */
export interface NameOption {
  name: string;
  images: number | null;
}

const MAX_SHOWN = 50; // names in use

/** The form in which names that differ in case, spaces around them or the encoding of accents are equal. */
const searchForm = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/**
 * The names in use that contain the text, whatever its case and the encoding of its accents. Names equal to the text come first. The last
 * entry is the new name, unless exactly this name is in use.
 */
export function nameOptions(names: readonly { name: string; images: number }[], text: string): NameOption[] {
  const typed = text.trim();
  const plain = searchForm(text);
  const containing = names.filter(({ name }) => searchForm(name).includes(plain));
  const isSame = ({ name }: { name: string }): boolean => searchForm(name) === plain;
  const found = [...containing.filter(isSame), ...containing.filter((option) => !isSame(option))].slice(0, MAX_SHOWN);
  return typed === '' || names.some(({ name }) => name === typed) ? found : [...found, { name: typed, images: null }];
}

/**
 * The name that Enter takes before an entry is chosen: the name in use that equals the text, exactly or in searchForm, else the only
 * listed one if it begins with the text, else null. `newOnEnter`: if no name in use is listed, the new name.
 */
export function nameOnEnter(options: readonly NameOption[], text: string, { newOnEnter }: { newOnEnter: boolean }): string | null {
  const typed = text.trim();
  const plain = searchForm(text);
  const known = options.filter(({ images }) => images !== null);
  if (typed === '') return null;
  if (known.some(({ name }) => name === typed)) return typed;
  if (known.length === 0 && newOnEnter) return typed;
  const same = known.filter(({ name }) => searchForm(name) === plain);
  const [only, ...others] = same.length > 0 ? same : known.filter(({ name }) => searchForm(name).startsWith(plain));
  const isUnambiguous = only !== undefined && others.length === 0 && (same.length > 0 || known.length === 1);
  return isUnambiguous ? only.name : null;
}
