import { IMAGES_TYPE, packDrag } from '../../client/dragged-images.ts';
import { pairSlots } from '../../client/pair-slots.svelte.ts';
import { images } from './images.svelte.ts';

let opening: ReturnType<typeof setTimeout> | undefined;

/**
 * What is selected is dragged, the image under the pointer first. What that opens comes a moment later: Chromium ends a drag as it
 * begins where something is laid over the place that it begins from.
 */
export function beginDrag(event: DragEvent, id: number | undefined): void {
  if (id === undefined || !event.dataTransfer) return;
  const dragged = { dataset: images.dataset!, ids: [id, ...images.targets.filter((other) => other !== id)] };
  event.dataTransfer.setData(IMAGES_TYPE, packDrag(dragged));
  event.dataTransfer.effectAllowed = 'copy';
  opening = setTimeout(() => (pairSlots.dragged = dragged));
}

export function endDrag(): void {
  clearTimeout(opening);
  pairSlots.dragged = null;
}
