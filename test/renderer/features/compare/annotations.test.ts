import { beforeEach, expect, test, vi } from 'vitest';
import type { ComparisonRow } from '../../../../src/shared/comparison.ts';
import { AppError } from '../../../../src/shared/errors.ts';

/** Judgements and notes entered faster than the workbench answers: each write waits until the test lets it through. */

type Notes = Partial<Pick<ComparisonRow, 'saved' | 'judgement' | 'note'>>;
const stored = new Map<string, ComparisonRow>();
const waiting: (() => void)[] = [];
const sent: object[] = [];
let failing: AppError | null = null;

const call = vi.fn(async (name: string, { comparison, ...notes }: Notes & { comparison: string }) => {
  if (name === 'compare.get') return stored.get(comparison);
  if (name === 'reports.list') return [];
  sent.push({ name, comparison, ...notes });
  await new Promise<void>((resolve) => waiting.push(resolve));
  if (failing) throw failing;
  const after = { ...stored.get(comparison)!, ...notes, ...(name === 'compare.remove' && { saved: false }) };
  stored.set(comparison, after);
  return name === 'compare.annotate' ? after : null;
});
vi.mock('../../../../src/renderer/client/api.ts', () => ({ api: { call } }));
const { Annotations } = await import('../../../../src/renderer/features/compare/annotations.ts');
const { toast } = await import('../../../../src/renderer/client/toasts.svelte.ts');

const shown = new Map<string, ComparisonRow>();
const row = (comparison: string): ComparisonRow => ({ comparison, saved: false, judgement: null, note: '' }) as unknown as ComparisonRow;

async function answerAll(): Promise<void> {
  for (let quiet = 0; quiet < 5; quiet++) {
    await new Promise((resolve) => setTimeout(resolve));
    const next = waiting.shift();
    if (next) {
      next();
      quiet = -1;
    }
  }
}

beforeEach(() => {
  for (const map of [stored, shown]) map.clear();
  for (const id of ['c1', 'c2']) {
    stored.set(id, row(id));
    shown.set(id, row(id));
  }
  sent.length = 0;
  failing = null;
  for (const { id } of toast.list) toast.dismiss(id);
});
let inProgress = 0;
const create = () =>
  new Annotations(
    (next) => shown.set(next.comparison, next),
    (change) => (inProgress += change),
  );

test('show at once and are stored one at a time, in order', async () => {
  const annotations = create();
  void annotations.annotate(shown.get('c1')!, { judgement: 'agree' });
  void annotations.annotate(shown.get('c1')!, { judgement: 'disagree' });
  void annotations.annotate(shown.get('c2')!, { note: 'glare' });
  expect(shown.get('c1')).toMatchObject({ judgement: 'disagree' });
  expect(shown.get('c2')).toMatchObject({ note: 'glare' });
  expect(inProgress).toBe(3);
  await Promise.resolve();
  expect(sent).toHaveLength(1);
  waiting.shift()!(); // the answer to the first does not bring it back to the screen
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(shown.get('c1')).toMatchObject({ judgement: 'disagree' });
  await answerAll();
  expect(stored.get('c1')).toMatchObject({ judgement: 'disagree' });
  expect(stored.get('c2')).toMatchObject({ note: 'glare' });
  expect(inProgress).toBe(0);
});

test('that fail leave the screen as stored, say so once, and one button tries all of them again', async () => {
  const annotations = create();
  failing = new AppError('offline', 'Connection lost.');
  void annotations.annotate(shown.get('c1')!, { judgement: 'agree' });
  void annotations.annotate(shown.get('c1')!, { note: 'glare' });
  void annotations.annotate(shown.get('c2')!, { judgement: 'unsure' });
  await answerAll();
  expect(shown.get('c1')).toMatchObject({ judgement: null, note: '' });
  expect(toast.list.map(({ text }) => text)).toEqual(['Connection lost.']);
  failing = null;
  const retry = toast.act(toast.list[0]!);
  await answerAll();
  await retry;
  expect(stored.get('c1')).toMatchObject({ judgement: 'agree', note: 'glare' });
  expect(shown.get('c2')).toMatchObject({ judgement: 'unsure' });
  expect(toast.list).toEqual([]);
});

test('a deleted comparison waits for its judgement and can be restored', async () => {
  const annotations = create();
  void annotations.annotate(shown.get('c1')!, { saved: true, judgement: 'agree' });
  void annotations.remove(shown.get('c1')!);
  expect(shown.get('c1')).toMatchObject({ saved: false });
  await answerAll();
  expect(sent.map((one) => (one as { name: string }).name)).toEqual(['compare.annotate', 'compare.remove']);
  const undo = toast.act(toast.list[0]!);
  await answerAll();
  await undo;
  expect(shown.get('c1')).toMatchObject({ saved: true, judgement: 'agree' });
});
