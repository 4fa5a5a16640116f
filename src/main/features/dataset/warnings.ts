import { type ImageRecord, type Split, SPLIT_NAMES, SPLITS } from '../../../shared/dataset.ts';
import { ENOUGH_IMAGES } from '../../domain/pairs/enough-images.ts';
import { countNoun, countText, percentText } from '../../../shared/format.ts';
import { type DividedSiblings, dividedSiblings } from '../../domain/lint/siblings.ts';
import { lookAlikes } from '../../../shared/class-names.ts';
import { byNaturalOrder } from '../../../shared/natural-order.ts';
import { severalClasses } from '../../../shared/pair-truth.ts';
import { joinList, quote } from '../../foundation/words.ts';

const MAX_IMBALANCE = 10; // images of the largest class / images of the smallest; a larger ratio gives a warning

const MAX_SHARE = 0.5; // of the images in one of three or more classes; a larger share gives a warning

export interface ImportedDataset {
  images: readonly ImageRecord[];
  pairs: Record<Split, number>;
  grouped: boolean;
  emptyClassFolders: readonly string[];
}

/** A warning and the images that it speaks of; none where it speaks of all, or of none. */
export interface DatasetNote {
  text: string;
  images: readonly ImageRecord[];
}

/** Warnings about a data set to read before training: whole sentences, most serious first. */
export const warningsFor = (dataset: ImportedDataset): string[] => notesFor(dataset).map(({ text }) => text);

/** As warningsFor, with the images. */
export function notesFor({ images, pairs, grouped, emptyClassFolders }: ImportedDataset): DatasetNote[] {
  const classes = groupBy(images, ({ className }) => className);
  const unseen = splitByClasses(classes);
  const contents = [...groupBy(images, ({ content }) => content).values()].filter(({ length }) => length > 1);
  return [
    ...pairlessSplitWarnings(images, pairs, grouped),
    ...(unseen ? [{ text: unseenClassesWarning(images), images: [] }] : []),
    ...severalClassesWarnings(contents),
    ...singleImageWarnings(classes),
    ...pairlessClassWarnings(classes, pairs, unseen),
    ...lookAlikeNotes([...classes.keys()]).map((text) => ({
      text,
      images: lookAlikes([...classes.keys()]).flatMap((names) => imagesOf(classes, names)),
    })),
    ...imbalanceWarnings(classes, images.length),
    ...siblingWarnings(images),
    ...duplicateWarnings(contents),
    ...(grouped ? unmatchedNameWarnings(images) : []),
    ...emptyFolderWarnings(emptyClassFolders).map((text) => ({ text, images: [] })),
  ];
}

function pairlessSplitWarnings(images: readonly ImageRecord[], pairs: ImportedDataset['pairs'], grouped: boolean): DatasetNote[] {
  const advice = `import ${ENOUGH_IMAGES}${grouped ? ', of different subjects' : ''}`;
  return SPLITS.filter((split) => pairs[split] === 0).map((split) => {
    const consequence = split === 'train' ? 'nothing can be trained' : 'that split can’t be evaluated';
    const text = `No pairs can be formed among the ${SPLIT_NAMES[split]} images, so ${consequence}: ${advice}.`;
    return { text, images: images.filter((image) => image.split === split) };
  });
}

const MAX_DIVIDED = 0.05; // of the classes: relabelled images may divide a few

/** Whether each split has its own classes. */
function splitByClasses(classes: Map<string, ImageRecord[]>): boolean {
  const splitsOf = [...classes.values()].map((images) => new Set(images.map(({ split }) => split)));
  const divided = splitsOf.filter(({ size }) => size > 1).length;
  return new Set(splitsOf.flatMap((splits) => [...splits])).size > 1 && divided <= MAX_DIVIDED * classes.size;
}

function unseenClassesWarning(images: readonly ImageRecord[]): string {
  const counts = SPLITS.map((split) => {
    const names = new Set(images.filter((image) => image.split === split).map(({ className }) => className));
    return `${SPLIT_NAMES[split]} ${countText(names.size)}`;
  });
  return `Each split has different classes (${counts.join(', ')}): the metrics say how well the network compares classes that it was not trained on.`;
}

function severalClassesWarnings(contents: ImageRecord[][]): DatasetNote[] {
  const ambiguous = contents.filter((images) => new Set(images.map(({ className }) => className)).size > 1);
  if (ambiguous.length === 0) return [];
  const most = Math.max(...ambiguous.map((images) => new Set(images.map(({ className }) => className)).size));
  const named = ambiguous.map((images) => images.map(({ file }) => quote(file)).join(' = '));
  const verb = ambiguous.length === 1 ? 'is' : 'are';
  const text = `${countNoun(ambiguous.length, 'image')} ${verb} filed under more than one class: ${joinList(named)}. Such an image counts in each of its classes: ${severalClasses(most)}.`;
  return [{ text, images: ambiguous.flat() }];
}

function singleImageWarnings(classes: Map<string, ImageRecord[]>): DatasetNote[] {
  const single = namesWhere(classes, ({ length }) => length === 1);
  if (single.length === 0) return [];
  const which = single.length === 1 ? 'One class has' : `${countText(single.length)} classes have`;
  const text = `${which} a single image, which only forms pairs with other classes: ${joinList(single.map(quote))}.`;
  return [{ text, images: imagesOf(classes, single) }];
}

/** Classes with several images, but fewer than two different ones in some split. */
function pairlessClassWarnings(classes: Map<string, ImageRecord[]>, pairs: ImportedDataset['pairs'], unseen: boolean): DatasetNote[] {
  return SPLITS.filter((split) => pairs[split] > 0).flatMap((split) => {
    const contentsInSplit = (images: ImageRecord[]): number => new Set(images.filter((i) => i.split === split).map(({ content }) => content)).size;
    const least = unseen ? 1 : 0; // a class that is not in this split lacks nothing there
    const without = namesWhere(classes, (images) => images.length > 1 && contentsInSplit(images) >= least && contentsInSplit(images) < 2);
    if (without.length === 0) return [];
    const which = without.length === 1 ? 'one class' : `${countText(without.length)} classes`;
    const text = `Among the ${SPLIT_NAMES[split]} images ${which} can't form a pair of the same class: ${joinList(without.map(quote))}.`;
    return [{ text, images: imagesOf(classes, without).filter((image) => image.split === split) }];
  });
}

export function lookAlikeNotes(classNames: readonly string[]): string[] {
  const groups = lookAlikes([...classNames].sort(byNaturalOrder));
  if (groups.length === 0) return [];
  const named = groups.map((names) => names.map(quote).join(' and '));
  return [
    `Classes whose names look alike count as different: ${joinList(named)}. They differ in case, spaces or the encoding of accents. Merge them on the Images page, or rename their folders.`,
  ];
}

function imbalanceWarnings(classes: Map<string, ImageRecord[]>, images: number): DatasetNote[] {
  const bySize = [...classes].sort(([, a], [, b]) => a.length - b.length);
  const [smallest, largest] = [bySize[0], bySize.at(-1)];
  if (!smallest || !largest) return [];
  if (largest[1].length <= MAX_IMBALANCE * smallest[1].length) {
    const share = largest[1].length / images;
    if (classes.size < 3 || share <= MAX_SHARE) return [];
    const dominates = `One class dominates: ${quote(largest[0])} has ${percentText(share)} of the images, so it dominates training and the nearest neighbours. Exclude some of its images, or add images to the other classes.`;
    return [{ text: dominates, images: largest[1] }];
  }
  const [big, small] = [largest, smallest].map(([name, images]) => `${quote(name)} ${countText(images.length)}`);
  return [
    { text: `Unbalanced: ${big}, ${small}. Large classes weigh more in training and in every metric.`, images: [...largest[1], ...smallest[1]] },
  ];
}

const SIBLING_WORDS: Record<DividedSiblings['kind'], { what: string; advice: string }> = {
  groups: { what: 'subject', advice: 'Import again, so that each subject is in one split' },
  copies: { what: 'image stored more than once', advice: 'Import again, so that copies are in one split' },
  names: { what: 'set of images with nearly the same name', advice: 'If these show one subject, import again with a group pattern' },
};

/** Groups, copies and near names that are in several splits: the metrics are then too good. */
function siblingWarnings(images: readonly ImageRecord[]): DatasetNote[] {
  return dividedSiblings(images).map(({ kind, count, test, example, images: divided }) => {
    const { what, advice } = SIBLING_WORDS[kind];
    const which = count === 1 ? `One ${what} is` : `${countText(count)} ${what.replace(/^(subject|image|set)/, '$1s')} are`;
    const named = example.map(({ file, split }) => `${quote(file)} (${SPLIT_NAMES[split]})`).join(' and ');
    const text = `${which} divided among splits, with ${countNoun(test, 'test image')}, such as ${named}. The metrics may be too good. ${advice}.`;
    return { text, images: divided };
  });
}

function duplicateWarnings(contents: ImageRecord[][]): DatasetNote[] {
  const copies = contents
    .map((images) => [...groupBy(images, ({ className }) => className).values()].filter(({ length }) => length > 1))
    .flatMap((perClass) => perClass);
  if (copies.length === 0) return [];
  const named = copies.map((images) =>
    joinList(
      images.map(({ file }) => quote(file)),
      3,
    ).replaceAll(', ', ' = '),
  );
  const which = copies.length === 1 ? 'One image is' : `${countText(copies.length)} images are`;
  const text = `${which} stored more than once within a class: ${joinList(named)}. They stay together in one split and are never paired with each other.`;
  return [{ text, images: copies.flat() }];
}

function unmatchedNameWarnings(images: readonly ImageRecord[]): DatasetNote[] {
  const unmatched = images.filter(({ group }) => group === null);
  if (unmatched.length === 0) return [];
  const consequence =
    unmatched.length === 1
      ? 'does not match the group pattern and counts as its own subject'
      : 'do not match the group pattern; each counts as its own subject';
  const text = `${countNoun(unmatched.length, 'image name')} ${consequence}: ${joinList(unmatched.map(({ file }) => quote(file)))}.`;
  return [{ text, images: unmatched }];
}

function emptyFolderWarnings(folders: readonly string[]): string[] {
  if (folders.length === 0) return [];
  const which = folders.length === 1 ? 'One folder contains' : `${countText(folders.length)} folders contain`;
  return [`${which} no usable image and did not become a class: ${joinList(folders.map(quote))}.`];
}

const namesWhere = (classes: Map<string, ImageRecord[]>, fits: (images: ImageRecord[]) => boolean): string[] =>
  [...classes]
    .filter(([, images]) => fits(images))
    .map(([name]) => name)
    .sort(byNaturalOrder);

const imagesOf = (classes: Map<string, ImageRecord[]>, names: readonly string[]): ImageRecord[] => names.flatMap((name) => classes.get(name) ?? []);

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
