/** Images dragged from the grid: to the dock, to the navigation or to a slot of another window. */
export interface DraggedImages {
  dataset: string;
  ids: readonly number[]; // one or more, the one under the pointer first
}

export interface SlotImage {
  dataset: string;
  id: number;
}
export type Slot = 'a' | 'b';
export type Slots = Readonly<Record<Slot, SlotImage | null>>;
export const OTHER: Readonly<Record<Slot, Slot>> = { a: 'b', b: 'a' };

export const IMAGES_TYPE = 'application/x-twinlens-images';

export const packDrag = (images: DraggedImages): string => JSON.stringify(images);

/** null for anything that `packDrag` did not write: a drag may come from another program. */
export function unpackDrag(text: string): DraggedImages | null {
  try {
    const { dataset, ids } = JSON.parse(text) as Partial<DraggedImages>;
    const valid = typeof dataset === 'string' && Array.isArray(ids) && ids.length > 0 && ids.every((id) => Number.isSafeInteger(id) && id >= 0);
    return valid ? { dataset, ids } : null;
  } catch {
    return null;
  }
}

/** The slots after a drop: the first image goes into the slot it was dropped on, a second into the other. null: more than two. */
export function slotsAfterDrop(slots: Slots, slot: Slot, { dataset, ids }: DraggedImages): Slots | null {
  const [first, second, ...more] = ids.map((id) => ({ dataset, id }));
  if (!first || more.length > 0) return null;
  return { ...slots, [slot]: first, ...(second && { [OTHER[slot]]: second }) };
}

/** The slot for a single image that was dropped on none. */
export const freeSlot = (slots: Slots): Slot => (slots.a === null || slots.b !== null ? 'a' : 'b');
