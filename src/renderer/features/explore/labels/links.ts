import { route } from '../../../client/route.svelte.ts';
import { pairSlots } from '../../../client/pair-slots.svelte.ts';

/** Shows the images most similar to one of a data set. */
export const findSimilar = (dataset: string, image: number): void => route.go('explore', { dataset, tab: 'similar', image: String(image) });

/** Opens two images of a data set in Compare. */
export const compareWith = (dataset: string, a: number, b: number): void => pairSlots.compare(dataset, a, b);
