import type { Stroke, WhatIf, WhatIfs } from '../../shared/what-if.ts';
import { AppError } from '../../shared/errors.ts';
import { numberOf } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

/** What is stored of an edit besides its note and time. */
export type WhatIfContent = Pick<WhatIf, 'strokes' | 'result'>;

export interface WhatIfStore {
  /** The edits of a comparison, without removed ones. */
  of(comparison: string): WhatIfs;
  /** Replaces the draft; without strokes there is none. Does nothing if the comparison was deleted. */
  putDraft(comparison: string, strokes: readonly Stroke[]): void;
  /** Stores a new edit and deletes the draft, which it replaces. Returns its id. Throws AppError 'not-found' if the comparison was deleted. */
  add(comparison: string, content: WhatIfContent, note: string): string;
  /** Changes an edit of a comparison. Throws AppError 'not-found', also for an edit of another comparison. */
  update(comparison: string, id: string, change: { content?: WhatIfContent; note?: string }): void;
  /** Hides an edit until `purge`, or shows it again. Throws AppError 'not-found'. Returns the comparison's id. */
  setRemoved(id: string, removed: boolean): string;
  /** Deletes the edits that were removed. */
  purge(): void;
}

interface Row {
  number: number;
  record: string; // JSON: WhatIfContent
  note: string;
  created_ms: number;
}

export function whatIfStore(db: Db): WhatIfStore {
  const all = db.prepare<[number | null], Row>(
    'SELECT number, record, note, created_ms FROM what_ifs WHERE comparison = ? AND removed_ms IS NULL ORDER BY number',
  );
  const draft = db.prepare<[number | null], string>('SELECT strokes FROM what_if_drafts WHERE comparison = ?').pluck();
  const putDraft = db.prepare<[object]>(
    'INSERT OR REPLACE INTO what_if_drafts SELECT number, @strokes FROM comparisons WHERE number = @number AND record IS NOT NULL',
  );
  const dropDraft = db.prepare<[number | null]>('DELETE FROM what_if_drafts WHERE comparison = ?');
  const insert = db.prepare<[object]>(
    `INSERT INTO what_ifs (comparison, record, note, created_ms)
     SELECT number, @record, @note, @createdMs FROM comparisons WHERE number = @number AND record IS NOT NULL`,
  );
  const setRecord = db.prepare<[string, number | null, number | null]>('UPDATE what_ifs SET record = ? WHERE number = ? AND comparison = ?');
  const setNote = db.prepare<[string, number | null, number | null]>('UPDATE what_ifs SET note = ? WHERE number = ? AND comparison = ?');
  const setRemoved = db.prepare<[number | null, number | null]>('UPDATE what_ifs SET removed_ms = ? WHERE number = ?');
  const comparisonOf = db.prepare<[number | null], number>('SELECT comparison FROM what_ifs WHERE number = ?').pluck();
  const purge = db.prepare('DELETE FROM what_ifs WHERE removed_ms IS NOT NULL');

  const add = (comparison: string, content: WhatIfContent, note: string): string => {
    const number = numberOf('c', comparison);
    const { changes, lastInsertRowid } = insert.run({ number, record: toJson(content), note, createdMs: Date.now() });
    if (changes !== 1) throw new AppError('not-found', `There is no comparison ${comparison}: it was deleted.`, { comparison });
    dropDraft.run(number);
    return `e${lastInsertRowid}`;
  };
  const assertChanged = (changes: number, id: string): void => {
    if (changes !== 1) throw new AppError('not-found', `There is no such what-if edit: ${id} was deleted, or belongs to another comparison.`, { id });
  };

  return {
    of: (comparison) => {
      const number = numberOf('c', comparison);
      const strokes = draft.get(number);
      return {
        saved: all.all(number).map(({ number: n, record, note, created_ms: createdMs }) => ({
          ...fromJson<WhatIfContent>(record),
          ...{ id: `e${n}`, note, createdMs },
        })),
        draft: strokes === undefined ? [] : fromJson<Stroke[]>(strokes),
      };
    },
    putDraft: (comparison, strokes) => {
      const number = numberOf('c', comparison);
      if (strokes.length === 0) dropDraft.run(number);
      else putDraft.run({ number, strokes: toJson(strokes) });
    },
    add: (comparison, content, note) => db.transaction(add).immediate(comparison, content, note),
    update: (comparison, id, { content, note }) => {
      const key = [numberOf('e', id), numberOf('c', comparison)] as const;
      if (content) assertChanged(setRecord.run(toJson(content), ...key).changes, id);
      if (note !== undefined) assertChanged(setNote.run(note, ...key).changes, id);
    },
    setRemoved: (id, removed) => {
      const number = numberOf('e', id);
      assertChanged(setRemoved.run(removed ? Date.now() : null, number).changes, id);
      return `c${comparisonOf.get(number)!}`;
    },
    purge: () => void purge.run(),
  };
}
