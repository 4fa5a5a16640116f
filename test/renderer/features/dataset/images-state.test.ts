import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../../src/shared/errors.ts';

/** The state of the Images view on a fake workbench that two windows use: its data set has a history of edits. */

interface Edit {
  text: string;
  undone: boolean;
}

const server = { edits: [] as Edit[], found: [0, 1, 2, 3], classes: ['Tulip'], calls: [] as string[], pending: [] as (() => void)[], slow: false };
const done = (): Edit[] => server.edits.filter((edit) => !edit.undone);
const stateNow = () => ({
  dataset: 'd',
  canUndo: done().at(-1)?.text ?? null,
  canRedo: server.edits.find((edit) => edit.undone)?.text ?? null,
  edits: done().length,
  undoPosition: done().length || null,
  redoPosition: done().length < server.edits.length ? done().length + 1 : null,
});

const answers: Record<string, (input: { edit?: { kind: string }; position?: number; ids?: number[]; signal?: AbortSignal }) => unknown> = {
  'curation.apply': ({ edit }) => {
    if (edit!.kind !== 'untag') server.edits = [...done(), { text: `${edit!.kind} ${server.edits.length + 1}`, undone: false }];
    return stateNow();
  },
  'curation.undo': ({ position }) => {
    if (position !== undefined && position !== stateNow().undoPosition) throw new AppError('busy', 'Later changes exist.');
    done().at(-1)!.undone = true;
    return stateNow();
  },
  'curation.redo': ({ position }) => {
    if (position !== stateNow().redoPosition) throw new AppError('busy', 'Later changes exist.');
    server.edits.find((edit) => edit.undone)!.undone = false;
    return stateNow();
  },
  'curation.state': stateNow,
  'curation.history': () => [],
  'datasets.counts': () => ({ classes: server.classes.map((className) => ({ className })), tags: [{ tag: 'wet' }] }),
  'datasets.folder': () => ({ root: '/', exists: true }),
  'images.find': () => ({ ids: Int32Array.from(server.found), classes: [] }),
  'images.rows': ({ ids }) => ids!.map((id) => ({ id })),
};

const call = vi.fn(async (name: string, input: object, options: { signal?: AbortSignal } = {}) => {
  server.calls.push(name);
  if (server.slow && name === 'images.find') {
    const found = Int32Array.from(server.found);
    await new Promise<void>((resolve) => server.pending.push(resolve));
    if (options.signal?.aborted) throw new AppError('cancelled', 'cancelled');
    return { ids: found, classes: [] };
  }
  return Promise.resolve(answers[name]!(input));
});
vi.mock('../../../../src/renderer/client/api.ts', () => ({ api: { call } }));
vi.mock('../../../../src/renderer/client/settings.svelte.ts', () => ({ settings: { value: { viewChoices: {} }, set: () => Promise.resolve() } })); // it sets the page's theme

const { images } = await import('../../../../src/renderer/features/dataset/images.svelte.ts');
const { NO_FILTER } = await import('../../../../src/renderer/features/dataset/filter.ts');
const { viewChoices } = await import('../../../../src/renderer/client/view-choices.ts');
const { toast } = await import('../../../../src/renderer/client/toasts.svelte.ts');
const exclude = (...ids: number[]) => images.apply({ kind: 'exclude', ids });
const texts = (): string[] => toast.list.map(({ text }) => text);

beforeEach(async () => {
  vi.useRealTimers();
  Object.assign(server, { edits: [], found: [0, 1, 2, 3], pending: [], slow: false });
  for (const { id } of toast.list) toast.dismiss(id);
  images.dataset = null;
  viewChoices.store('images', null);
  await images.open('d');
  server.calls = [];
  call.mockClear();
});

describe('undo', () => {
  test('reverts the last change, and redo applies it again', async () => {
    await exclude(1);
    expect(images.curation).toMatchObject({ canUndo: 'exclude 1', edits: 1 });
    await images.undo();
    expect(images.curation).toMatchObject({ canUndo: null, canRedo: 'exclude 1', edits: 0 });
    await images.redo();
    expect(images.curation).toMatchObject({ canUndo: 'exclude 1', canRedo: null, edits: 1 });
  });

  test('from a message does nothing if another window has changed the data set since', async () => {
    await exclude(1);
    const message = toast.list.find(({ kind }) => kind === 'undoable')!;
    server.edits.push({ text: 'tag 2', undone: false }); // the other window
    await toast.act(message);
    expect(done().map(({ text }) => text)).toEqual(['exclude 1', 'tag 2']);
    expect(texts()).toEqual([expect.stringContaining('Later changes exist')]);
    expect(images.curation).toMatchObject({ canUndo: 'tag 2', edits: 2 }); // what the other window did is shown now
  });

  test('has one message at a time, for the latest change', async () => {
    await exclude(1);
    await exclude(2);
    expect(texts()).toEqual(['exclude 2']);
    await toast.act(toast.list[0]!);
    expect(done().map(({ text }) => text)).toEqual(['exclude 1']);
  });

  test('pressed twice at once reverts two changes', async () => {
    await exclude(1);
    await exclude(2);
    await exclude(3);
    await Promise.all([images.undo(), images.undo()]);
    expect(done().map(({ text }) => text)).toEqual(['exclude 1']);
  });

  test('with nothing to undo only reads the state', async () => {
    await images.undo();
    expect(server.calls).not.toContain('curation.undo');
    expect(texts()).toEqual([]);
  });

  test('that fails is reported, and the next action works', async () => {
    await exclude(1);
    call.mockImplementationOnce(() => Promise.reject(new AppError('busy', 'In use.')));
    await images.undo();
    expect(texts()).toContain('In use.');
    await images.undo();
    expect(done()).toEqual([]);
  });
});

test('an edit that changes nothing says so and offers no undo', async () => {
  await images.apply({ kind: 'untag', ids: [1], tag: 'x' });
  expect(toast.list.map(({ kind }) => kind)).toEqual(['info']);
});

test('a slow answer to an older filter does not replace that of the newer one', async () => {
  server.slow = true;
  images.setFilter({ text: 'a' });
  server.found = [3];
  images.setFilter({ text: 'b' });
  const [older, newer] = server.pending;
  newer!();
  await vi.waitFor(() => expect(images.ids).toEqual([3]));
  older!();
  await new Promise((resolve) => setTimeout(resolve));
  expect(images.ids).toEqual([3]);
  expect(texts()).toEqual([]); // a cancelled search is no failure
});

test('another data set starts without filter, selection and rows of the previous one', async () => {
  images.selection = { ids: new Set([2]), focus: 2, anchor: 2 };
  images.setFilter({ text: 'a' });
  server.found = [7, 8];
  await images.open('e');
  expect([images.filter, images.ids, [...images.selection.ids]]).toEqual([NO_FILTER, [7, 8], []]);
});

test('a stored filter opens without the classes and tags that no image has any more, and a message names them', async () => {
  const filter = { ...NO_FILTER, classes: ['Tulip', 'Elm'], tags: ['wet', 'late'], text: 'a' };
  viewChoices.store('images', { dataset: 'f', ...filter });
  await images.open('f');
  const current = { ...filter, classes: ['Tulip'], tags: ['wet'] };
  expect(images.filter).toEqual(current);
  expect(call.mock.calls.filter(([name]) => name === 'images.find').map(([, input]) => input)).toEqual([{ dataset: 'f', ...current }]);
  expect(viewChoices.read('images')).toEqual({ dataset: 'f', copies: false, ...current });
  expect(texts()).toEqual(['The filter was changed: no image has the class Elm or the tag late any more.']);
  await images.open('f');
  expect(texts()).toHaveLength(1);
});

test('rows that were loaded during a reload are there after it', async () => {
  let folder: (() => void) | undefined;
  const answerFolder = answers['datasets.folder']!;
  answers['datasets.folder'] = () => new Promise((resolve) => (folder = () => resolve({ root: '/', exists: true })));
  const opened = images.open('g');
  await vi.waitFor(() => expect(images.ids.length).toBeGreaterThan(0));
  images.ensure(0, images.ids.length);
  const [first] = images.ids;
  await vi.waitFor(() => expect(images.row(first!)).toBeDefined());
  folder!();
  await opened;
  answers['datasets.folder'] = answerFolder;
  await vi.waitFor(() => expect(images.row(first!)).toBeDefined());
});

test('a stored search that is too long for a search is not restored', async () => {
  viewChoices.store('images', { dataset: 'f', ...NO_FILTER, text: 'x'.repeat(501), descending: true });
  await images.open('f');
  expect(images.filter).toEqual({ ...NO_FILTER, descending: true });
});

test('an action applies to the selection, else to the marked image', () => {
  images.selection = { ids: new Set(), focus: 2, anchor: 2 };
  expect(images.targets).toEqual([]);
  images.cursor = true;
  expect(images.targets).toEqual([2]);
  images.selection = { ids: new Set([0, 3]), focus: 2, anchor: 2 };
  expect(images.targets).toEqual([0, 3]);
});

test('if an exclusion removes the marked image from the list, the next one is marked; after a relabel none is', async () => {
  images.selection = { ids: new Set([1]), focus: 1, anchor: 1 };
  server.found = [0, 2, 3];
  await exclude(1);
  expect([images.cursor, images.targets]).toEqual([true, [2]]);
  server.found = [0, 3];
  await exclude(2);
  expect(images.targets).toEqual([3]);
  server.found = [0];
  await images.apply({ kind: 'relabel', ids: [3], className: 'b' });
  expect(images.targets).toEqual([]);
  images.selection = { ids: new Set([0]), focus: 0, anchor: 0 };
  server.found = [7, 8]; // another window's edit
  await images.refresh();
  expect(images.targets).toEqual([]);
});

test('the row of the only image that an action applies to is loaded wherever it is', async () => {
  vi.useFakeTimers();
  images.ensure(0, 2);
  images.selection = { ids: new Set([3]), focus: 3, anchor: 3 };
  images.fetchSoon();
  await vi.advanceTimersByTimeAsync(200);
  expect(images.row(3)).toEqual({ id: 3 });
  vi.useRealTimers();
  await images.refresh();
  expect(images.row(3)).toEqual({ id: 3 });
});

test('rows of the visible images are requested once, in one call', async () => {
  vi.useFakeTimers();
  images.ensure(0, 2);
  images.ensure(1, 4);
  await vi.advanceTimersByTimeAsync(200);
  images.ensure(1, 4);
  await vi.advanceTimersByTimeAsync(200);
  expect(call.mock.calls.filter(([name]) => name === 'images.rows').map(([, input]) => input)).toEqual([{ dataset: 'd', ids: [1, 2, 3] }]);
  expect(images.row(3)).toEqual({ id: 3 });
  expect(images.row(0)).toBeUndefined();
});
test('another data set is never asked for images of the one before', async () => {
  images.ensure(0, 4);
  await new Promise((resolve) => setTimeout(resolve, 100));
  server.found = [7, 8];
  call.mockClear();
  await images.open('e');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const asked = call.mock.calls.filter(([name]) => name === 'images.rows').flatMap(([, input]) => (input as { ids: number[] }).ids);
  expect(asked.filter((id) => id < 7)).toEqual([]);
});

test('the filter of a data set is there again when its images are opened anew, also after a restart', async () => {
  images.setFilter({ text: 'rose', classes: ['Tulip'], sort: 'pixels' });
  await images.open('other');
  expect(images.filter).toEqual(NO_FILTER);
  await images.open('d');
  expect(images.filter).toEqual({ ...NO_FILTER, text: 'rose', classes: ['Tulip'], sort: 'pixels' });
  expect(call).toHaveBeenCalledWith('images.find', expect.objectContaining({ text: 'rose', classes: ['Tulip'] }), expect.anything());
});

test.each([
  ['another type', { dataset: 'd', text: 7, classes: 'Tulip', splits: [1], state: null, sort: 'age', descending: 'yes' }],
  ['a list', ['d']],
  ['a text', 'rose'],
])('stored filters of %s are ignored', async (_, stored) => {
  viewChoices.store('images', stored);
  images.dataset = null;
  await images.open('d');
  expect(images.filter).toEqual(NO_FILTER);
});
