import { countNoun } from '../../shared/format.ts';
import type { CurationEdit, CurationEntry, CurationState } from '../../shared/curation.ts';
import { AppError } from '../../shared/errors.ts';
import { quote } from '../foundation/words.ts';
import type { FindDataset } from './datasets.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

type Kind = CurationEdit['kind'];

export interface CurationStore {
  /** Applies an edit and adds it to the history, unless it changes nothing. Throws AppError 'not-found' for unknown images. */
  apply(dataset: string, edit: CurationEdit): CurationState;
  /**
   * Undoes the last edit. Throws AppError 'bad-request', and changes nothing, if there is none or it is not the one at
   * `position`: another window may have made an edit since.
   */
  undo(dataset: string, position: number): CurationState;
  /** Applies the last undone edit again; impossible after a new edit. `position` and errors as for `undo`. */
  redo(dataset: string, position: number): CurationState;
  state(dataset: string): CurationState;
  /** Newest first. */
  history(dataset: string): CurationEntry[];
  /** Ids of the images that a history entry changed, ascending. */
  imagesOf(dataset: string, position: number): number[];
}

interface EntryRow {
  position: number;
  kind: Kind;
  value: string | null;
  images: number;
  changed: string;
  made_ms: number;
  state: 'done' | 'undone' | 'dropped';
  undone_ms: number | null;
}

/** Changed image ids; for 'relabel' grouped by their previous class. */
type Changed = number[] | [string, number[]][];

const IDS = '(SELECT value FROM json_each(@ids))';

/** `rowOf` finds a data set by id or name and throws AppError 'not-found'. */
export function curationStore(db: Db, rowOf: FindDataset): CurationStore {
  const unknownId = db
    .prepare<[object], number>(`SELECT value FROM json_each(@ids) WHERE value NOT IN (SELECT id FROM images WHERE dataset = @number) LIMIT 1`)
    .pluck();
  const EXCLUDED = `SELECT image FROM marks WHERE dataset = @number AND excluded = 1`;
  const TAGGED = `SELECT image FROM tags WHERE dataset = @number AND tag = @value`;
  const changeable = {
    exclude: db.prepare<[object], number>(`SELECT DISTINCT value FROM json_each(@ids) WHERE value NOT IN (${EXCLUDED}) ORDER BY value`).pluck(),
    include: db.prepare<[object], number>(`SELECT DISTINCT value FROM json_each(@ids) WHERE value IN (${EXCLUDED}) ORDER BY value`).pluck(),
    tag: db.prepare<[object], number>(`SELECT DISTINCT value FROM json_each(@ids) WHERE value NOT IN (${TAGGED}) ORDER BY value`).pluck(),
    untag: db.prepare<[object], number>(`SELECT DISTINCT value FROM json_each(@ids) WHERE value IN (${TAGGED}) ORDER BY value`).pluck(),
  };
  const otherClass = db.prepare<[object], { id: number; class: string }>(`
    SELECT i.id, coalesce(m.class, i.class) AS class
    FROM images i LEFT JOIN marks m ON m.dataset = i.dataset AND m.image = i.id
    WHERE i.dataset = @number AND i.id IN ${IDS} AND coalesce(m.class, i.class) <> @value ORDER BY i.id`);
  const statements = {
    exclude: db.prepare(`
      INSERT INTO marks (dataset, image, excluded) SELECT @number, value, 1 FROM json_each(@ids) WHERE true
      ON CONFLICT DO UPDATE SET excluded = 1`),
    include: db.prepare(`UPDATE marks SET excluded = 0 WHERE dataset = @number AND image IN ${IDS}`),
    relabel: db.prepare(`
      INSERT INTO marks (dataset, image, excluded, class)
      SELECT @number, id, 0, nullif(@value, class) FROM images WHERE dataset = @number AND id IN ${IDS}
      ON CONFLICT DO UPDATE SET class = excluded.class`),
    tag: db.prepare(`INSERT OR IGNORE INTO tags (dataset, image, tag) SELECT @number, value, @value FROM json_each(@ids)`),
    untag: db.prepare(`DELETE FROM tags WHERE dataset = @number AND tag = @value AND image IN ${IDS}`),
  } satisfies Record<Kind, unknown>;
  const deleteEmptyMarks = db.prepare<[number]>('DELETE FROM marks WHERE dataset = ? AND excluded = 0 AND class IS NULL');
  const deleteDerived = db.prepare<[number]>('DELETE FROM curated WHERE dataset = ?');

  const insert = db.prepare(`
    INSERT INTO curations (dataset, position, kind, value, images, changed, made_ms, state)
    SELECT @number, 1 + coalesce(max(position), 0), @kind, @value, @images, @changed, @madeMs, 'done' FROM curations WHERE dataset = @number`);
  const drop = db.prepare<[number]>(`UPDATE curations SET state = 'dropped' WHERE dataset = ? AND state = 'undone'`);
  const setState = db.prepare('UPDATE curations SET state = @state, undone_ms = @undoneMs WHERE dataset = @number AND position = @position');
  const COLUMNS = 'position, kind, value, images, made_ms, state, undone_ms';
  const lastDone = db.prepare<[number], EntryRow>(`SELECT * FROM curations WHERE dataset = ? AND state = 'done' ORDER BY position DESC LIMIT 1`);
  const firstUndone = db.prepare<[number], EntryRow>(`SELECT * FROM curations WHERE dataset = ? AND state = 'undone' ORDER BY position LIMIT 1`);
  const done = db.prepare<[number], number>(`SELECT count(*) FROM curations WHERE dataset = ? AND state = 'done'`).pluck();
  const all = db.prepare<[number], Omit<EntryRow, 'changed'>>(`SELECT ${COLUMNS} FROM curations WHERE dataset = ? ORDER BY position DESC`);
  const one = db.prepare<[number, number], EntryRow>('SELECT * FROM curations WHERE dataset = ? AND position = ?');

  const execute = (kind: Kind, number: number, ids: readonly number[], value: string | null): void => {
    const parameters = { number, ids: JSON.stringify(ids) };
    statements[kind].run(kind === 'exclude' || kind === 'include' ? parameters : { ...parameters, value });
    deleteEmptyMarks.run(number);
    deleteDerived.run(number);
  };

  const changedBy = (number: number, edit: CurationEdit): Changed => {
    const parameters = { number, ids: JSON.stringify(edit.ids) };
    switch (edit.kind) {
      case 'exclude':
      case 'include':
        return changeable[edit.kind].all(parameters);
      case 'tag':
      case 'untag':
        return changeable[edit.kind].all({ ...parameters, value: edit.tag });
      case 'relabel': {
        const before = new Map<string, number[]>();
        for (const { id, class: name } of otherClass.all({ ...parameters, value: edit.className })) {
          const ids = before.get(name);
          if (ids) ids.push(id);
          else before.set(name, [id]);
        }
        return [...before];
      }
      default:
        return edit satisfies never;
    }
  };

  const state = (dataset: string): CurationState => {
    const { number, id } = rowOf(dataset);
    const [undoable, redoable] = [lastDone.get(number), firstUndone.get(number)];
    return {
      dataset: id,
      canUndo: undoable ? wordsFor(undoable) : null,
      canRedo: redoable ? wordsFor(redoable) : null,
      edits: done.get(number)!,
      undoPosition: undoable?.position ?? null,
      redoPosition: redoable?.position ?? null,
    };
  };

  const apply: CurationStore['apply'] = (dataset, edit) => {
    const { number } = rowOf(dataset);
    const unknownImage = unknownId.get({ number, ids: JSON.stringify(edit.ids) });
    if (unknownImage !== undefined)
      throw new AppError('not-found', `There is no image ${unknownImage} in this data set.`, { dataset, image: unknownImage });
    const changed = changedBy(number, edit);
    const ids = idsOf(changed);
    if (ids.length === 0) return state(dataset);
    const value = edit.kind === 'relabel' ? edit.className : edit.kind === 'tag' || edit.kind === 'untag' ? edit.tag : null;
    drop.run(number);
    insert.run({ number, kind: edit.kind, value, images: ids.length, changed: toJson(changed), madeMs: Date.now() });
    execute(edit.kind, number, ids, value);
    return state(dataset);
  };

  const undo: CurationStore['undo'] = (dataset, position) => {
    const { number } = rowOf(dataset);
    const entry = lastDone.get(number);
    if (!entry) throw new AppError('bad-request', 'There is nothing to undo.');
    if (entry.position !== position) throw staleError('undo', dataset, entry);
    const changed = fromJson<Changed>(entry.changed);
    if (entry.kind === 'relabel') for (const [name, ids] of changed as [string, number[]][]) execute('relabel', number, ids, name);
    else execute(OPPOSITE[entry.kind], number, changed as number[], entry.value);
    setState.run({ number, position: entry.position, state: 'undone', undoneMs: Date.now() });
    return state(dataset);
  };

  const redo: CurationStore['redo'] = (dataset, position) => {
    const { number } = rowOf(dataset);
    const entry = firstUndone.get(number);
    if (!entry) throw new AppError('bad-request', 'There is nothing to redo.');
    if (entry.position !== position) throw staleError('redo', dataset, entry);
    execute(entry.kind, number, idsOf(fromJson<Changed>(entry.changed)), entry.value);
    setState.run({ number, position: entry.position, state: 'done', undoneMs: null });
    return state(dataset);
  };

  return {
    apply: (dataset, edit) => db.transaction(apply).immediate(dataset, edit),
    undo: (dataset, position) => db.transaction(undo).immediate(dataset, position),
    redo: (dataset, position) => db.transaction(redo).immediate(dataset, position),
    state,
    history: (dataset) =>
      all.all(rowOf(dataset).number).map((row) => ({
        position: row.position,
        kind: row.kind,
        value: row.value,
        images: row.images,
        text: wordsFor(row),
        atMs: row.made_ms,
        undone: row.state !== 'done',
        undoneMs: row.undone_ms,
      })),
    imagesOf: (dataset, position) => {
      const entry = one.get(rowOf(dataset).number, position);
      if (!entry) throw new AppError('not-found', `There is no change ${position} in the history of this data set.`, { dataset, position });
      return idsOf(fromJson<Changed>(entry.changed)).sort((a, b) => a - b);
    },
  };
}

function staleError(step: 'undo' | 'redo', dataset: string, entry: EntryRow): AppError {
  const text = `Another window has changed this data set since, so nothing was ${step === 'undo' ? 'undone' : 'redone'}. The next step to ${step} is now: ${wordsFor(entry)}.`;
  return new AppError('bad-request', text, { dataset, position: entry.position });
}

const OPPOSITE = { exclude: 'include', include: 'exclude', tag: 'untag', untag: 'tag' } as const;

const idsOf = (changed: Changed): number[] => changed.flatMap((item) => (typeof item === 'number' ? [item] : item[1]));

function wordsFor({ kind, value, images }: Pick<EntryRow, 'kind' | 'value' | 'images'>): string {
  const which = countNoun(images, 'image');
  const named = quote(value ?? '');
  switch (kind) {
    case 'exclude':
      return `Excluded ${which}`;
    case 'include':
      return `Included ${which} again`;
    case 'relabel':
      return `Relabelled ${which} as ${named}`;
    case 'tag':
      return `Tagged ${which} ${named}`;
    case 'untag':
      return `Removed tag ${named} from ${which}`;
    default:
      return kind satisfies never;
  }
}
