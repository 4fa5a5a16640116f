import { beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../../../../src/shared/errors.ts';
import { MAX_POINTS, type Stroke, type WhatIf, type WhatIfs } from '../../../../../src/shared/what-if.ts';

/** Strokes drawn faster than the network answers, and storing them. The calls of the workbench are answered when the test lets them. */

const questions: { strokes: Stroke[]; answer: () => void; fail: (error: AppError) => void }[] = [];
const written: { name: string; input: Record<string, unknown> }[] = [];
let stored: WhatIfs;
let listener: (event: { what: string; id: string | null }) => void = () => undefined;
let failing: AppError | null = null;

const call = vi.fn(async (name: string, input: { comparison: string; strokes?: Stroke[]; edit?: string; note?: string }): Promise<unknown> => {
  if (name === 'whatIfs.answer') {
    return await new Promise((resolve, reject) => {
      questions.push({ strokes: input.strokes!, answer: () => resolve({ of: input.strokes!.length }), fail: reject });
    });
  }
  await Promise.resolve();
  if (name === 'whatIfs.list') return structuredClone(stored);
  written.push({ name, input: { ...input } });
  if (failing && (failing.code !== 'not-found' || name === 'whatIfs.save')) throw failing; // a deleted network does not stop drafts
  if (name === 'whatIfs.putDraft') stored = { ...stored, draft: input.strokes! };
  if (name !== 'whatIfs.save') return null;
  const id = input.edit ?? `e${stored.saved.length + 1}`;
  const edit = { id, note: input.note ?? '', strokes: input.strokes! } as WhatIf;
  stored = input.edit
    ? { ...stored, saved: stored.saved.map((each) => (each.id === id ? edit : each)) }
    : { saved: [...stored.saved, edit], draft: [] };
  return edit;
});
vi.mock('../../../../../src/renderer/client/api.ts', () => ({
  api: { call, on: (_: string, listen: typeof listener) => ((listener = listen), () => undefined) },
}));
vi.mock('../../../../../src/renderer/features/compare/overlay-settings.svelte.ts', () => ({ overlay: { peek: false } }));
const { editor } = await import('../../../../../src/renderer/features/compare/what-if/editor.svelte.ts');
const { toast } = await import('../../../../../src/renderer/client/toasts.svelte.ts');

const SIZE = { width: 100, height: 100 };
const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);
async function answerNext(): Promise<void> {
  questions.shift()!.answer();
  await settle();
}
/** A rectangle from a corner to another. */
function draw(image: 0 | 1 = 0): void {
  editor.begin(image, [0.1, 0.1], SIZE);
  editor.move([0.5, 0.5], SIZE, true);
}
const names = (): string[] => written.map(({ name }) => name);
let comparisons = 0;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  failing = null;
  stored = { saved: [], draft: [] };
  editor.listen();
  editor.tool = 'rectangle';
  await vi.advanceTimersByTimeAsync(1000);
  for (const question of questions.splice(0)) question.answer();
  await settle();
  void editor.show(`c${++comparisons}`);
  await settle();
  await answerNext();
  written.length = 0;
  return () => vi.useRealTimers();
});

test('while one answer is awaited only the newest edit waits, and its answer is the one that is shown', async () => {
  draw();
  for (let i = 0; i < 5; i++) draw(1);
  expect(questions).toHaveLength(1);
  expect(editor.isAnswered).toBe(false);
  await answerNext();
  expect(editor.pending.length).toBeGreaterThan(0);
  expect(questions.map(({ strokes }) => strokes.length)).toEqual([6]);
  await answerNext();
  expect([questions.length, editor.isAnswered, editor.pending.length, editor.answer]).toEqual([0, true, 0, { of: 6 }]);
});

test('a stroke that is being drawn is asked about at most ten times a second, and at its end', async () => {
  editor.begin(0, [0, 0], SIZE);
  for (let i = 1; i <= 50; i++) {
    vi.advanceTimersByTime(10);
    editor.move([i / 50, i / 50], SIZE);
    while (questions.length > 0) await answerNext();
  }
  const during = call.mock.calls.filter(([name]) => name === 'whatIfs.answer').length;
  call.mockClear();
  expect(during).toBeLessThanOrEqual(8); // 500 ms, and that of the start
  editor.move([1, 1], SIZE, true);
  expect(questions.at(-1)!.strokes).toMatchObject([{ box: [0, 0, 1, 1] }]);
  await answerNext();
});

test('strokes that could not be saved as an edit are stored as the draft', async () => {
  draw();
  failing = new AppError('not-found', 'The network was deleted.');
  void editor.save('');
  await settle();
  failing = null;
  await vi.advanceTimersByTimeAsync(1000);
  expect(names().filter((name) => name === 'whatIfs.save')).toHaveLength(1);
  expect(stored).toMatchObject({ saved: [], draft: [{ box: [0.1, 0.1, 0.5, 0.5] }] });
});

test('undo, redo and clear go through the strokes; a new stroke ends the redo', () => {
  draw();
  draw(1);
  expect(editor.strokes.map(({ image }) => image)).toEqual([0, 1]);
  editor.undo();
  editor.undo();
  expect([editor.strokes.length, editor.canUndo, editor.canRedo]).toEqual([0, false, true]);
  editor.undo();
  editor.redo();
  expect(editor.strokes.map(({ image }) => image)).toEqual([0]);
  editor.clear();
  expect(editor.strokes).toEqual([]);
  editor.undo();
  draw();
  expect([editor.strokes.length, editor.canRedo]).toEqual([2, false]);
  editor.begin(0, [0.2, 0.2], SIZE);
  editor.undo(); // of a stroke that is being drawn: drops it
  expect([editor.strokes.length, editor.live]).toEqual([2, null]);
});

test('strokes are stored as a draft after a pause, and at once when another comparison is shown', async () => {
  draw();
  draw();
  expect(names()).toEqual([]);
  await vi.advanceTimersByTimeAsync(600);
  expect(written).toMatchObject([{ name: 'whatIfs.putDraft', input: { strokes: editor.strokes } }]);
  draw();
  const before = editor.comparison;
  void editor.show(`c${++comparisons}`);
  await settle();
  expect(written.at(-1)).toMatchObject({ name: 'whatIfs.putDraft', input: { comparison: before } });
  expect((written.at(-1)!.input['strokes'] as Stroke[]).length).toBe(3);
});

test('a saved edit replaces the draft, and later strokes are stored in it', async () => {
  draw();
  await editor.save('Corner');
  expect(written).toMatchObject([{ name: 'whatIfs.putDraft' }, { name: 'whatIfs.save', input: { note: 'Corner' } }]);
  expect([editor.open, editor.saved.list.length, editor.saved.draft.length]).toEqual(['e1', 1, 0]);
  draw(1);
  await vi.advanceTimersByTimeAsync(600);
  expect(written.at(-1)).toMatchObject({ name: 'whatIfs.save', input: { edit: 'e1' } });
  editor.clear();
  await vi.advanceTimersByTimeAsync(600);
  expect(names().slice(1)).toEqual(['whatIfs.save', 'whatIfs.save']); // an edit without strokes is not stored
  editor.openSaved(null);
  expect([editor.open, editor.strokes]).toEqual([null, []]);
  editor.openSaved(editor.saved.list[0]!);
  expect(editor.strokes).toHaveLength(2);
});

test('a failed write can be tried again', async () => {
  failing = new AppError('offline', 'No connection.');
  draw();
  await vi.advanceTimersByTimeAsync(600);
  const shown = toast.list.find(({ text }) => text === 'No connection.')!;
  failing = null;
  await toast.act(shown);
  expect(stored.draft).toHaveLength(1);
});

test('the compute process ending in mid-stroke is asked again once; a second failure is shown and can be tried again', async () => {
  draw();
  const lost = new AppError('compute-lost', 'The compute process stopped.');
  questions.shift()!.fail(lost);
  await settle();
  while (questions.length > 0) await answerNext();
  expect([editor.answers.error, editor.isAnswered]).toEqual([null, true]);
  draw();
  while (questions.length > 0) {
    questions.shift()!.fail(lost);
    await settle();
  }
  expect([editor.answers.error?.code, editor.strokes.length]).toEqual(['compute-lost', 2]);
  editor.retry();
  await answerNext();
  expect(editor.answers.error).toBeNull();
});

test('an edit by another window is shown, unless this one has strokes that are not stored', async () => {
  const theirs: Stroke = { tool: 'rectangle', image: 1, fill: 'blur', box: [0, 0, 1, 1] };
  stored = { saved: [], draft: [theirs] };
  listener({ what: 'whatIfs', id: editor.comparison });
  await settle();
  expect(editor.strokes).toEqual([theirs]);
  draw();
  stored = { saved: [], draft: [] };
  listener({ what: 'whatIfs', id: editor.comparison });
  await settle();
  expect(editor.strokes).toHaveLength(2);
});

test('no stroke begins that could make the edit too large to be stored', async () => {
  const long: Stroke = { tool: 'lasso', image: 0, fill: 'blur', points: Array.from({ length: MAX_POINTS }, (_, i) => [i / MAX_POINTS, i % 2]) };
  stored = { saved: [], draft: [long, long, long, long] };
  listener({ what: 'whatIfs', id: editor.comparison });
  await settle();
  draw();
  expect(editor.strokes).toHaveLength(5);
  draw();
  expect(editor.strokes).toHaveLength(5);
});

test('no stroke begins before the stored ones are loaded', () => {
  void editor.show(`c${++comparisons}`);
  draw();
  expect(editor.strokes).toEqual([]);
});
