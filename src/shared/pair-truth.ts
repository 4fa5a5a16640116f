import type { ComparedImage, Comparison, Verdict } from './comparison.ts';
import { fileNames, listText } from './format.ts';
import { CLASS_MEANING, type SameMeaning } from './same-meaning.ts';

/** What the data set says of a pair. unclear: a file is in several classes (or groups). unknown: an image is not in the data set. */
export type PairTruth = Verdict | 'unclear' | 'unknown';

type Images = Pick<Comparison, 'images'>;
type Judged = Pick<Comparison, 'images' | 'meaning'>;

/** The classes of an image's content in the data set, sorted; empty outside it. */
export function classesOf({ filed, className }: Pick<ComparedImage, 'filed' | 'className'>): string[] {
  const classes = filed?.length ? filed.map((one) => one.className) : className === null ? [] : [className];
  return [...new Set(classes)].sort();
}

/** How many of the two images the run was trained on; null: not known of one. */
export function trainedCount({ images }: Images): 0 | 1 | 2 | null {
  const trained = images.filter(({ split }) => split === 'train').length as 0 | 1 | 2;
  return trained === 0 && images.some(({ split }) => !split) ? null : trained;
}

/** What "same" refers to: the image's classes, or its groups in a run on groups. An image without a group is its own group. */
function identitiesOf(image: ComparedImage, meaning: SameMeaning): string[] {
  if (meaning.same === 'class') return classesOf(image);
  return [...new Set((image.filed ?? []).map(({ id, group }) => JSON.stringify(group ?? id)))];
}

/** A file in several classes (or groups) leaves the truth open only if the other image is in one of them. */
export function truthOf({ images, meaning = CLASS_MEANING }: Judged): PairTruth {
  if (meaning.same === 'pairs') return meaning.listed == null ? 'unknown' : meaning.listed === 0 ? 'same' : 'different';
  const [a, b] = [identitiesOf(images[0], meaning), identitiesOf(images[1], meaning)];
  if (a.length === 0 || b.length === 0) return 'unknown';
  if (!a.some((name) => b.includes(name))) return 'different';
  return a.length === 1 && b.length === 1 ? 'same' : 'unclear';
}

/** Whether both files have the same bytes, or pixels that the data set knows as the same. */
export const isIdentical = ({ images: [a, b] }: Images): boolean =>
  a.sha256 === b.sha256 || (a.filed ?? []).some(({ id }) => b.filed?.some((other) => other.id === id));

/** What must be known before a verdict is read, and what would repair it. `image`: 0 is A, 1 is B. */
export type PairNotice =
  { kind: 'same-image' | 'identical' | 'outside'; text: string } | { kind: 'two-classes'; text: string; image: 0 | 1; classes: string[] };

/** One sentence each, for the screen, the report and the command line. Empty if the pair is two known images of one class each. */
export function pairNotices(pair: Judged): PairNotice[] {
  const [a, b] = pair.images;
  const names = fileNames(a.file, b.file);
  if (isIdentical(pair)) {
    const classes = classesOf(a);
    if (a.file === b.file && classes.length < 2)
      return [{ kind: 'same-image', text: 'A and B are the same image, so every network considers them the same.' }];
    const which =
      a.file === b.file
        ? 'A and B are the same image'
        : `${names.join(' and ')} ${a.sha256 === b.sha256 ? 'are identical files' : 'have identical pixels'}`;
    if (classes.length > 1)
      return [{ kind: 'two-classes', image: 0, classes, text: `${which}, filed under ${classesText(classes)}: ${severalClasses(classes.length)}.` }];
    return [{ kind: 'identical', text: `${which}, so every network considers them the same.` }];
  }
  const notices: PairNotice[] = [];
  const consequence = truthOf(pair) === 'unclear' ? ', so it is unclear whether the verdict is right' : '';
  pair.images.forEach((image, i) => {
    const classes = classesOf(image);
    if (classes.length > 1)
      notices.push({
        kind: 'two-classes',
        image: i as 0 | 1,
        classes,
        text: `${names[i]!} is filed under ${classesText(classes)}${consequence}.`,
      });
  });
  const outside = names.filter((_, i) => classesOf(pair.images[i]!).length === 0);
  if (outside.length > 0)
    notices.push({
      kind: 'outside',
      text: `${outside.join(' and ')} ${outside.length > 1 ? 'are' : 'is'} not in the data set, so it is unknown whether the verdict is right. The similarity is only valid for images like those that the network was evaluated on.`,
    });
  return notices;
}

const classesText = (names: readonly string[]): string => `${names.length === 2 ? 'both ' : ''}${listText(names)}`;

/** What an image in several classes may mean. A photograph of both classes is right in both. */
export const severalClasses = (count: number): string =>
  count === 2 ? 'it may show both, or one class is wrong' : 'it may show all of them, or some classes are wrong';
