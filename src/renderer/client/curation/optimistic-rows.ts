import type { CuratedImage, CurationEdit } from '../../../shared/curation.ts';

export type Rows = ReadonlyMap<number, CuratedImage>; // by image id

/** The row as it is after the edit; the same object if the edit does not change it. */
export function rowAfterEdit(row: CuratedImage, edit: CurationEdit): CuratedImage {
  switch (edit.kind) {
    case 'exclude':
    case 'include': {
      const excluded = edit.kind === 'exclude';
      return row.excluded === excluded ? row : { ...row, excluded };
    }
    case 'relabel':
      return row.className === edit.className ? row : { ...row, className: edit.className };
    case 'tag':
      return row.tags.includes(edit.tag) ? row : { ...row, tags: [...row.tags, edit.tag].sort() };
    case 'untag':
      return row.tags.includes(edit.tag) ? { ...row, tags: row.tags.filter((tag) => tag !== edit.tag) } : row;
    default:
      return edit satisfies never;
  }
}

/** The loaded rows that the edit changes, before and after it. `row` returns undefined for a row that is not loaded. */
export function changedRows(edit: CurationEdit, row: (id: number) => CuratedImage | undefined): { before: Rows; after: Rows } {
  const before = new Map<number, CuratedImage>();
  const after = new Map<number, CuratedImage>();
  for (const id of edit.ids) {
    const now = row(id);
    const next = now && rowAfterEdit(now, edit);
    if (!now || !next || now === next) continue;
    before.set(id, now);
    after.set(id, next);
  }
  return { before, after };
}
