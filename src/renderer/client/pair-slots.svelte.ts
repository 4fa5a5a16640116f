import { type DraggedImages, slotsAfterDrop, freeSlot, OTHER, type Slot, type Slots } from './dragged-images.ts';
import { go } from './route.svelte.ts';
import { runs } from './runs.svelte.ts';
import { toast } from './toasts.svelte.ts';

const EMPTY: Slots = { a: null, b: null };

/** The slots A and B of a new comparison, filled one at a time, and the images being dragged to them. */
class PairSlots {
  slots = $state.raw<Slots>(EMPTY);
  dragged = $state.raw<DraggedImages | null>(null);

  /** The slot that holds this image. */
  slotOf(dataset: string | null, id: number | undefined): Slot | null {
    const holds = (slot: Slot): boolean => this.slots[slot]?.dataset === dataset && this.slots[slot]?.id === id;
    return holds('a') ? 'a' : holds('b') ? 'b' : null;
  }

  /** Fills a slot. An image that is already in this slot empties both. */
  put(slot: Slot, dataset: string, id: number): void {
    if (this.slotOf(dataset, id) === slot) this.slots = EMPTY;
    else this.drop(slot, { dataset, ids: [id] });
  }

  /** Opens the comparison once both slots are full. `slot`: null for any. */
  drop(slot: Slot | null, images: DraggedImages): void {
    this.dragged = null;
    const target = slot ?? (images.ids.length > 1 ? 'a' : freeSlot(this.slots));
    const next = slotsAfterDrop(this.slots, target, images);
    if (next === null) return toast.info('A comparison needs two images. Drag one or two.');
    this.slots = next;
    const { a, b } = next;
    if (a && b) {
      this.slots = EMPTY;
      go('compare', { a: `${a.dataset}/${a.id}`, b: `${b.dataset}/${b.id}`, run: runs.current?.run });
    } else toast.info(`Image ${target.toUpperCase()} is set. Drag or choose another as ${OTHER[target].toUpperCase()}.`, null, 'pair-slots');
  }

  compare(dataset: string, a: number, b: number): void {
    this.drop('a', { dataset, ids: [a, b] });
  }
}

export const pairSlots = new PairSlots();
