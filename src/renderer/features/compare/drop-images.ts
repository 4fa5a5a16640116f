import { dropTarget } from '../../client/drop-target.ts';
import { compare, type Letter } from './compare.svelte.ts';

/** Accepts files and grid images dropped on a slot: the first fills it, a second fills the other slot. */
export const acceptDroppedImages = (letter: Letter): ((element: HTMLElement) => () => void) =>
  dropTarget({ files: (files) => void compare.putFiles(letter, files), images: (images) => compare.putImages(letter, images) });
