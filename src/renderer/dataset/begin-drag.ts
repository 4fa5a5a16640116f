import { IMAGES_TYPE, packDrag } from '../lib/dragged-images.ts';
import { comparing } from '../state/comparing.svelte.ts';
import { images } from '../state/images.svelte.ts';

/** What is selected is dragged, the image under the pointer first. */
export function beginDrag(event: DragEvent, id: number | undefined): void {
  if (id === undefined || !event.dataTransfer) return;
  comparing.dragged = { dataset: images.dataset!, ids: [id, ...images.targets.filter((other) => other !== id)] };
  event.dataTransfer.setData(IMAGES_TYPE, packDrag(comparing.dragged));
  event.dataTransfer.effectAllowed = 'copy';
}
