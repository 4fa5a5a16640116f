import type { ClassCount } from './curation.ts';

/**
 * The form in which names that look alike are equal: without differences of case, spaces around the name, the composition of accents, and
 * spaces, `_` or `-` between letters or digits. `-1` and `1` differ, and so do `x²` and `x2`.
 */
const plainForm = (name: string): string =>
  name
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .replaceAll(/(?<=[\p{L}\p{M}\p{N}])[\s_-]+(?=[\p{L}\p{N}])/gu, ' ')
    .trim();

/** Groups of class names that look alike, such as `Oak`, `oak` and `Oak `. Only groups of two and more. */
export function lookAlikes(names: readonly string[]): string[][] {
  return [...Map.groupBy(names, plainForm).values()].filter(({ length }) => length > 1);
}

/** One class gets the images of others. */
export interface ClassMerge {
  into: string;
  others: string[];
  images: number; // of the others
}

type Counts = Pick<ClassCount, 'className' | 'included' | 'excluded'>;

/** One merge for each group of class names that look alike: into the class with most images, without spaces around its name. */
export function classMerges(classes: readonly Counts[]): ClassMerge[] {
  const images = new Map(classes.map(({ className, included, excluded }) => [className, included + excluded]));
  const used = [...images.keys()].filter((name) => images.get(name)! > 0);
  return lookAlikes(used).map((names) => {
    const trimmed = names.filter((name) => name === name.trim());
    const [largest] = (trimmed.length > 0 ? trimmed : names).toSorted((a, b) => images.get(b)! - images.get(a)!);
    const into = largest!.trim();
    const others = names.filter((name) => name !== into);
    return { into, others, images: others.reduce((sum, name) => sum + images.get(name)!, 0) };
  });
}
