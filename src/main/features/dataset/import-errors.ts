import { countNoun } from '../../../shared/format.ts';
import { type RejectedFile, UNSORTED } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import { quote } from '../../foundation/words.ts';
import type { ListedFile, Listing } from './scan.ts';

const FOLDER_RULE = 'a data set is a folder with one sub-folder of images per class';

/** The error for a folder without any image. */
export function noImagesError({ root, rejected, classFolders }: Listing): AppError {
  const refuse = (sentence: string): AppError => new AppError('bad-dataset', sentence, { root, rejected });
  if (rejected.length === 0 && classFolders.length === 0) return refuse(`The folder ${quote(root)} is empty: ${FOLDER_RULE}.`);
  return refuse(`No image was found below ${quote(root)}${firstReason(rejected)}: ${FOLDER_RULE}.`);
}

/** The error for a folder whose classes are in a folder inside, such as an archive unpacked into itself. */
export function innerFolderError(root: string, inner: { folder: string; inside: number }): AppError {
  return new AppError('bad-dataset', innerFolderText(root, inner), { root, folder: inner.folder });
}

export const innerFolderText = (root: string, { folder, inside }: { folder: string; inside: number }): string =>
  `All images in ${quote(root)} are in one folder, which contains ${countNoun(inside, 'folder')} with images. Choose that one: ${quote(folder)}.`;

/** What to know of a folder whose images are in no class folders, before it is imported. */
export const unsortedText = (images: number): string =>
  `The ${countNoun(images, 'image')} ${images === 1 ? 'is' : 'are'} not in class folders. Import them as one class, "${UNSORTED}", and sort them in Images, or choose the folder above if this one is a class.`;

/** The error for fewer than two usable images or classes. */
export function tooFewImagesError(usable: readonly Pick<ListedFile, 'className'>[], rejected: readonly RejectedFile[]): AppError {
  const refuse = (sentence: string): AppError => new AppError('bad-dataset', sentence, { usable: usable.length, rejected });
  if (usable.length < 2) {
    const found = usable.length === 0 ? 'No image' : 'Only one image';
    return refuse(`${found} could be used${firstReason(rejected)}: a data set needs at least two classes with one image each.`);
  }
  const only = quote(usable[0]!.className);
  return refuse(
    `All ${countNoun(usable.length, 'usable image')} are of one class, ${only}${firstReason(rejected)}: pairs need at least two classes.`,
  );
}

function firstReason(rejected: readonly RejectedFile[]): string {
  const [first] = rejected;
  return first ? ` (${countNoun(rejected.length, 'file')} rejected, such as ${quote(first.file)}: ${first.reason})` : '';
}
