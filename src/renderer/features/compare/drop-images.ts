import { dropTarget } from '../../client/drop-target.ts';
import { compare, type Letter } from './compare.svelte.ts';

/** Lets images be dropped on a slot or its picture, files from outside and those dragged from a grid: the first goes there, a second into the other slot. */
export const acceptDroppedImages = (letter: Letter): ((element: HTMLElement) => () => void) =>
  dropTarget({ files: (files) => void compare.takeFiles(letter, files), images: (images) => compare.takeImages(letter, images) });
