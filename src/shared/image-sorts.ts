/** By what images are put in order. By itself, so that a screen has the names without the parser. */
export const IMAGE_SORTS = ['file', 'class', 'split', 'pixels'] as const;
export type ImageSort = (typeof IMAGE_SORTS)[number];
