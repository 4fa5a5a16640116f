import { type DraggedImages, slotsAfterDrop, freeSlot, OTHER, type Slot, type Slots } from './dragged-images.ts';
import { go } from './route.svelte.ts';
import { runs } from './runs.svelte.ts';
import { toast } from './toasts.svelte.ts';

const EMPTY: Slots = { a: null, b: null };

/** One image of a comparison, kept while the other is looked for; and the images that are being dragged to it. */
class PairSlots {
  slots = $state.raw<Slots>(EMPTY);
  dragged = $state.raw<DraggedImages | null>(null);

  /** Whether this image is kept, and where. */
  slotOf(dataset: string | null, id: number | undefined): Slot | null {
    const holds = (slot: Slot): boolean => this.slots[slot]?.dataset === dataset && this.slots[slot]?.id === id;
    return holds('a') ? 'a' : holds('b') ? 'b' : null;
  }

  /** The same again takes it back. */
  put(slot: Slot, dataset: string, id: number): void {
    if (this.slotOf(dataset, id) === slot) this.slots = EMPTY;
    else this.drop(slot, { dataset, ids: [id] });
  }

  /** Compares as soon as both are there. `slot`: null for none in particular. */
  drop(slot: Slot | null, images: DraggedImages): void {
    this.dragged = null;
    const place = slot ?? (images.ids.length > 1 ? 'a' : freeSlot(this.slots));
    const next = slotsAfterDrop(this.slots, place, images);
    if (next === null) return toast.done('A comparison takes two images: drag one or two.');
    this.slots = next;
    const { a, b } = next;
    if (a && b) {
      this.slots = EMPTY;
      go('compare', { a: `${a.dataset}/${a.id}`, b: `${b.dataset}/${b.id}`, run: runs.current?.run });
    } else toast.done(`Image ${place.toUpperCase()} is chosen. Drag or choose another one as ${OTHER[place].toUpperCase()}.`);
  }

  compare(dataset: string, a: number, b: number): void {
    this.drop('a', { dataset, ids: [a, b] });
  }
}

export const pairSlots = new PairSlots();
