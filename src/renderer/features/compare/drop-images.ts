import { dropTarget } from '../../client/drop-target.ts';
import { compare, type Letter } from './compare.svelte.ts';

/** Accepts files and grid images dropped on a slot or its image: the first goes there, a second into the other slot. */
export const acceptDroppedImages = (letter: Letter): ((element: HTMLElement) => () => void) =>
  dropTarget({ files: (files) => void compare.putFiles(letter, files), images: (images) => compare.putImages(letter, images) });
