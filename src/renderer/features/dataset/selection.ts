/** Selection in a list: the selected ids, the focused index, and the anchor of a range. */
export interface Selection {
  ids: ReadonlySet<number>;
  focus: number; // index in the list
  anchor: number; // index
  from?: number; // index that the next arrow key starts from, where the focused image has moved elsewhere; may be -1
}

export const EMPTY_SELECTION: Selection = { ids: new Set(), focus: 0, anchor: 0 };

/** Selects one image only. */
export const selectOnly = (list: readonly number[], index: number): Selection => ({
  ids: new Set(list[index] === undefined ? [] : [list[index]]),
  focus: index,
  anchor: index,
});

/** Adds or removes one image. */
export function toggleInSelection(selection: Selection, list: readonly number[], index: number): Selection {
  const ids = new Set(selection.ids);
  const id = list[index]!;
  if (!ids.delete(id)) ids.add(id);
  return { ids, focus: index, anchor: index };
}

/** Selects everything from the anchor to this image. */
export function extendSelection(selection: Selection, list: readonly number[], index: number): Selection {
  const [from, to] = selection.anchor < index ? [selection.anchor, index] : [index, selection.anchor];
  return { ids: new Set(list.slice(from, to + 1)), focus: index, anchor: selection.anchor };
}

export const selectAll = (selection: Selection, list: readonly number[]): Selection => ({ ...selection, ids: new Set(list) });

export const moveFocus = ({ ids, anchor }: Selection, index: number): Selection => ({ ids, focus: index, anchor });

export const clearSelection = (selection: Selection): Selection => ({ ...selection, ids: new Set() });

/**
 * Selection after the list changed: drops ids that are gone; the focus stays on its image, else at its index. So does the anchor, else
 * it is the focus. So a range that a person extends key by key survives a reload of the list.
 * `moved`: images that the person has relabelled. The focus follows them too, but the next arrow key starts from their old index. So it
 * does if they have left the list.
 */
export function retainSelection(
  selection: Selection,
  before: readonly number[],
  after: readonly number[],
  moved: ReadonlySet<number> = new Set(),
): Selection {
  const present = new Set(after);
  const ids = new Set([...selection.ids].filter((id) => present.has(id)));
  const indexOf = (id: number | undefined): number => (id === undefined || !present.has(id) ? -1 : after.indexOf(id));
  const [focused, anchored] = [indexOf(before[selection.focus]), indexOf(before[selection.anchor])];
  const focus = focused >= 0 ? focused : Math.max(0, Math.min(selection.focus, after.length - 1));
  const anchor = anchored >= 0 ? anchored : focus;
  const image = before[selection.focus];
  const wasMoved = focused >= 0 && image !== undefined && moved.has(image);
  const hasLeft = focused < 0 && image !== undefined && moved.has(image);
  if (!wasMoved && !hasLeft && (focused < 0 || selection.from === undefined)) return { ids, focus, anchor };
  // The focus stays on the image that is now at the index of the one that has left.
  if (hasLeft || (!wasMoved && selection.from === selection.focus - 1)) return { ids, focus, anchor, from: focus - 1 };
  const start = selection.from ?? selection.focus;
  const next = before.slice(start + 1).find((id) => present.has(id) && !moved.has(id) && id !== image); // has stayed where it was
  return { ids, focus, anchor, from: next === undefined ? after.length - 1 : after.indexOf(next) - 1 };
}
