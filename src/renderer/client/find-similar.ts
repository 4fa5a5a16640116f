import type { ImageRef } from '../../shared/contract.ts';
import { go } from './route.svelte.ts';

/** Opens the images of a data set that are most similar to an image. `dataset`: in which a file is looked for; default: the chosen one. */
export function findSimilar(image: ImageRef, dataset?: string): void {
  if ('file' in image) go('explore', { dataset, tab: 'similar', file: image.file });
  else go('explore', { dataset: image.dataset, tab: 'similar', image: String(image.id) });
}
