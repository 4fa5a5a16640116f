/** The form in which names that look alike are equal: without differences of case, spaces, `_`, `-` and the composition of accents. */
const plainForm = (name: string): string =>
  name
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();

/** Groups of class names that look alike, such as `Oak`, `oak` and `Oak `. Only groups of two and more. */
export function lookAlikes(names: readonly string[]): string[][] {
  return [...Map.groupBy(names, plainForm).values()].filter(({ length }) => length > 1);
}
