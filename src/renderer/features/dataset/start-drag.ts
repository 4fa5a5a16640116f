import { IMAGES_TYPE, packDrag } from '../../client/dragged-images.ts';
import { pairSlots } from '../../client/pair-slots.svelte.ts';
import { images } from './images.svelte.ts';

let dockTimer: ReturnType<typeof setTimeout> | undefined;

/**
 * Drags the selection, the image under the pointer first. The dock opens in the next task: Chromium cancels a drag if something
 * covers its start point at once.
 */
export function startDrag(event: DragEvent, id: number | undefined): void {
  if (id === undefined || !event.dataTransfer) return;
  const dragged = { dataset: images.dataset!, ids: [id, ...images.targets.filter((other) => other !== id)] };
  event.dataTransfer.setData(IMAGES_TYPE, packDrag(dragged));
  event.dataTransfer.effectAllowed = 'copy';
  dockTimer = setTimeout(() => (pairSlots.dragged = dragged));
}

export function endDrag(): void {
  clearTimeout(dockTimer);
  pairSlots.dragged = null;
}
