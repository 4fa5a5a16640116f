import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { CurationEdit } from '../../../../src/shared/curation.ts';
import { AppError } from '../../../../src/shared/errors.ts';

/** Keys pressed faster than the workbench answers: its answers come one at a time, when the test asks for them. */

interface Row {
  id: number;
  className: string;
  importedClass: string;
  excluded: boolean;
  tags: string[];
}
interface Entry {
  edit: CurationEdit;
  before: Row[];
  undone: boolean;
}

const IDS = [0, 1, 2, 3, 4, 5, 6, 7];
const imported = (): Row[] => IDS.map((id) => ({ id, className: 'oak', importedClass: 'oak', excluded: false, tags: [] }));
const server = { rows: imported(), entries: [] as Entry[], waiting: [] as (() => void)[], fail: new Map<number, AppError>(), sent: [] as string[] };

const positionOf = (found: number): number | null => (found < 0 ? null : found + 1);
const lastDone = (): number => server.entries.findLastIndex(({ undone }) => !undone);
const firstUndone = (): number => server.entries.findIndex(({ undone }) => undone);
const wordsOf = (at: number): string | null => (at < 0 ? null : `${server.entries[at]!.edit.kind} ${server.entries[at]!.edit.ids.join(' ')}`);
const state = () => ({
  dataset: 'd',
  canUndo: wordsOf(lastDone()),
  canRedo: wordsOf(firstUndone()),
  edits: server.entries.filter(({ undone }) => !undone).length,
  undoPosition: positionOf(lastDone()),
  redoPosition: positionOf(firstUndone()),
});

function change(edit: CurationEdit): void {
  server.rows = server.rows.map((row) => {
    if (!edit.ids.includes(row.id)) return row;
    if (edit.kind === 'exclude' || edit.kind === 'include') return { ...row, excluded: edit.kind === 'exclude' };
    if (edit.kind === 'relabel') return { ...row, className: edit.className };
    const others = row.tags.filter((tag) => tag !== edit.tag);
    return { ...row, tags: edit.kind === 'tag' ? [...others, edit.tag].sort() : others };
  });
}

interface Input {
  edit: CurationEdit;
  position: number;
  ids: number[];
}
const answers: Record<string, (input: Input) => unknown> = {
  'curation.apply': ({ edit }) => {
    const before = server.rows;
    change(edit);
    if (JSON.stringify(before) !== JSON.stringify(server.rows))
      server.entries = [...server.entries.filter(({ undone }) => !undone), { edit, before, undone: false }];
    return state();
  },
  'curation.undo': ({ position }) => {
    if (position !== state().undoPosition) throw new AppError('bad-request', 'Another window has changed this data set since.');
    const entry = server.entries[position - 1]!;
    server.rows = entry.before;
    entry.undone = true;
    return state();
  },
  'curation.redo': ({ position }) => {
    if (position !== state().redoPosition) throw new AppError('bad-request', 'Another window has changed this data set since.');
    const entry = server.entries[position - 1]!;
    change(entry.edit);
    entry.undone = false;
    return state();
  },
  'curation.state': state,
  'curation.history': () => [],
  'datasets.counts': () => ({ classes: [], tags: [] }),
  'datasets.folder': () => ({ root: '/', exists: true }),
  'images.find': () => ({ ids: Int32Array.from(IDS), classes: [] }),
  'images.rows': ({ ids }) => server.rows.filter(({ id }) => ids.includes(id)),
};
const WRITES = ['curation.apply', 'curation.undo', 'curation.redo'];
let nthWrite = 0;

const call = vi.fn(async (name: string, input: object) => {
  if (!WRITES.includes(name)) return Promise.resolve(answers[name]!(input as Input));
  const nth = nthWrite++;
  server.sent.push(name.slice('curation.'.length));
  await new Promise<void>((resolve) => server.waiting.push(resolve));
  const failure = server.fail.get(nth);
  if (failure) throw failure;
  return answers[name]!(input as Input);
});
vi.mock('../../../../src/renderer/client/api.ts', () => ({ api: { call } }));
vi.mock('../../../../src/renderer/client/settings.svelte.ts', () => ({ settings: { value: { viewChoices: {} }, set: () => Promise.resolve() } })); // it sets the page's theme

const { images } = await import('../../../../src/renderer/features/dataset/images.svelte.ts');
const { CurationCommands } = await import('../../../../src/renderer/client/curation/commands.svelte.ts');
const { selectOnly } = await import('../../../../src/renderer/features/dataset/selection.ts');
const { toast } = await import('../../../../src/renderer/client/toasts.svelte.ts');

const commands = new CurationCommands(images);
const select = (id: number): void => void (images.selection = selectOnly(images.ids, id));
const exclude = (...ids: number[]): Promise<void> => images.apply({ kind: 'exclude', ids });
const excludedOnScreen = (): number[] => IDS.filter((id) => images.row(id)!.excluded);
const excludedInDatabase = (): number[] => server.rows.filter(({ excluded }) => excluded).map(({ id }) => id);
const texts = (): string[] => toast.list.map(({ text }) => text);

/** Answers calls one after another until no more come. */
async function answerAll(): Promise<void> {
  for (let quiet = 0; quiet < 5; quiet++) {
    await new Promise((resolve) => setTimeout(resolve));
    const next = server.waiting.shift();
    if (next) {
      next();
      quiet = -1;
    }
  }
}

beforeEach(async () => {
  Object.assign(server, { rows: imported(), entries: [], waiting: [], fail: new Map(), sent: [] });
  nthWrite = 0;
  for (const { id } of toast.list) toast.dismiss(id);
  images.dataset = null;
  await images.open('d');
  images.ensure(0, IDS.length);
  await vi.waitFor(() => expect(images.row(7)).toBeDefined());
});

describe('keys pressed while the workbench has not answered', () => {
  test('all arrive, in order, one call at a time', async () => {
    for (const id of IDS) {
      select(id);
      commands.toggleExcluded();
    }
    expect(server.sent).toHaveLength(1);
    await answerAll();
    expect(excludedInDatabase()).toEqual(IDS);
    expect(server.entries.map(({ edit }) => edit.ids)).toEqual(IDS.map((id) => [id]));
  });

  test('change the screen at once', () => {
    void exclude(1);
    void images.apply({ kind: 'tag', ids: [1, 2], tag: 'ask' });
    void images.apply({ kind: 'relabel', ids: [3], className: 'elm' });
    expect(images.row(1)).toMatchObject({ excluded: true, tags: ['ask'] });
    expect(images.row(2)).toMatchObject({ excluded: false, tags: ['ask'] });
    expect(images.row(3)).toMatchObject({ className: 'elm', importedClass: 'oak' });
  });

  test('see the changes before them: X twice excludes and includes', async () => {
    select(2);
    commands.toggleExcluded();
    commands.toggleExcluded();
    expect(excludedOnScreen()).toEqual([]);
    await answerAll();
    expect(server.entries.map(({ edit }) => edit.kind)).toEqual(['exclude', 'include']);
    expect(excludedInDatabase()).toEqual([]);
  });

  test('undo what was pressed before them, though its position is not known yet', async () => {
    void exclude(1);
    void exclude(2);
    expect(images.canUndo).toBe(true);
    void images.undo();
    expect(excludedOnScreen()).toEqual([1]);
    void images.undo();
    expect(excludedOnScreen()).toEqual([]);
    expect(images.canUndo).toBe(false);
    void images.redo();
    expect(excludedOnScreen()).toEqual([1]);
    await answerAll();
    expect(server.sent).toEqual(['apply', 'apply', 'undo', 'undo', 'redo']);
    expect(excludedInDatabase()).toEqual([1]);
    expect(excludedOnScreen()).toEqual([1]);
    expect(texts().filter((text) => !/^(Redone|Undone|exclude)/.test(text))).toEqual([]); // no error
  });

  test('belong to their data set, also where another is opened meanwhile', async () => {
    void exclude(1);
    void exclude(2);
    await images.open('e');
    await answerAll();
    expect(call.mock.calls.filter(([name]) => name === 'curation.apply').at(-1)![1]).toMatchObject({ dataset: 'd' });
    expect(excludedInDatabase()).toEqual([1, 2]);
  });
});

describe('an action that fails', () => {
  const full = new AppError('disk-full', 'The disk is full.');

  test('leaves what is stored on the screen, and actions on other images take place', async () => {
    server.fail.set(1, full);
    for (const id of [1, 2, 3]) void exclude(id);
    expect(excludedOnScreen()).toEqual([1, 2, 3]);
    await answerAll();
    expect(excludedInDatabase()).toEqual([1, 3]);
    expect(excludedOnScreen()).toEqual([1, 3]);
    expect(toast.list.filter(({ kind }) => kind === 'error').map(({ text }) => text)).toEqual(['The disk is full.']);
  });

  test('takes later actions on its images and their undo with it, and says how many', async () => {
    server.fail.set(0, full);
    void exclude(1);
    void images.apply({ kind: 'tag', ids: [1, 2], tag: 'ask' });
    void images.undo();
    void images.redo();
    void exclude(5);
    void images.apply({ kind: 'untag', ids: [2, 3], tag: 'ask' });
    void exclude(6);
    await answerAll();
    expect(server.entries.map(({ edit }) => edit.ids)).toEqual([[5], [6]]);
    expect(excludedOnScreen()).toEqual([5, 6]);
    expect(images.row(2)).toMatchObject({ tags: [] });
    expect(toast.list.filter(({ kind }) => kind === 'error').map(({ text }) => text)).toEqual([
      'The disk is full. 4 later actions depended on the failed one and were not carried out.',
    ]);
  });

  test('does not let its undo take back an older change', async () => {
    void exclude(1);
    await answerAll();
    server.fail.set(1, full);
    void exclude(2);
    void images.undo();
    await answerAll();
    expect(excludedInDatabase()).toEqual([1]);
    expect(excludedOnScreen()).toEqual([1]);
  });

  test('without a connection takes all later ones with it, in one message', async () => {
    server.fail.set(1, new AppError('offline', 'Connection lost.'));
    for (const id of IDS) void exclude(id);
    await answerAll();
    expect(server.sent).toHaveLength(2);
    expect(excludedOnScreen()).toEqual([0]);
    expect(toast.list.filter(({ kind }) => kind === 'error').map(({ text }) => text)).toEqual([
      'Connection lost. 6 later actions depended on the failed one and were not carried out.',
    ]);
    void exclude(7); // the next key is taken again
    await answerAll();
    expect(excludedInDatabase()).toEqual([0, 7]);
  });

  test('of many says how many, in one message', async () => {
    for (const nth of [0, 1, 2]) server.fail.set(nth, full);
    for (const id of [1, 2, 3]) void exclude(id);
    await answerAll();
    expect(toast.list.filter(({ kind }) => kind === 'error').map(({ text }) => text)).toEqual(['The disk is full. 3 actions failed.']);
  });
});
