import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../../src/shared/errors.ts';
import type { PairQueue } from '../../../../src/shared/pair-queue.ts';

/** The queue of pairs on a fake route, Compare view and workbench. */

const route = { view: 'compare', params: {} as Record<string, string>, set: vi.fn() };
const compare = {
  run: { run: 'r1', calibration: {} } as { run: string; calibration: object | null } | null,
  stored: null as string | null,
  target: 'verdict',
  layer: '',
  request: {} as object | null, // of the pair in the address
  change: vi.fn((changes: Record<string, string>) => void Object.assign(route.params, changes)),
};
vi.mock('../../../../src/renderer/client/route.svelte.ts', () => ({ route }));
vi.mock('../../../../src/renderer/features/compare/compare.svelte.ts', () => ({ compare }));

const stopped = vi.fn();
const prefetch = vi.fn((_request: object) => stopped);
vi.mock('../../../../src/renderer/features/compare/explanation-cache.ts', () => ({ prefetch }));

interface Asked {
  input: { kind: string };
  signal: AbortSignal;
  answer: (queue: PairQueue) => void;
}
let asked: Asked[] = [];
const judged = [{ run: 'r1', judgement: 'agree', images: [{ sha256: 's1' }, { sha256: 's2' }] }];
const call = vi.fn((name: string, input: { kind: string; ids: number[] }, options?: { signal: AbortSignal }): Promise<unknown> => {
  if (name === 'compare.list') return Promise.resolve(judged);
  if (name === 'images.rows') return Promise.resolve(input.ids.map((id) => ({ id, sha256: `s${id}`, file: `${id}.png`, className: 'a' })));
  return new Promise<PairQueue>((answer, fail) => {
    options!.signal.addEventListener('abort', () => fail(new AppError('cancelled', 'cancelled')));
    asked.push({ input, signal: options!.signal, answer });
  });
});
vi.mock('../../../../src/renderer/client/api.ts', () => ({ api: { call } }));

const { queue } = await import('../../../../src/renderer/features/compare/queue.svelte.ts');

const pairs = (...of: [number, number][]): PairQueue =>
  ({ run: 'r1', dataset: 'd', pairs: of.map(([a, b]) => ({ a, b, label: 1, distance: 1 })) }) as unknown as PairQueue;
const follow = (): Promise<void> => queue.load(queue.request);

let tests = 0;
beforeEach(async () => {
  route.params = {};
  await queue.load(null);
  asked = [];
  vi.clearAllMocks();
  route.params = { queue: 'wrong', seed: String(++tests) }; // a new queue: each remembers its position
});

describe('a queue', () => {
  test('is loaded once per route, opens its pair and knows which pairs are judged', async () => {
    expect(queue.kind).not.toBeNull();
    const loading = follow();
    expect(queue.status).toBe('working');
    await follow(); // the same address
    expect(asked).toHaveLength(1);
    asked[0]!.answer(pairs([1, 2], [3, 4]));
    await loading;
    expect(queue.status).toBe('ready');
    expect(route.params).toMatchObject({ a: 'd/1', b: 'd/2', n: '1' });
    expect(queue.list!.pairs.map((pair) => queue.judgementOf(pair))).toEqual(['agree', null]);
    expect(queue.progress).toBe(1);
  });

  test('shows its pair again if a later address names none', async () => {
    const loading = follow();
    asked[0]!.answer(pairs([1, 2], [3, 4]));
    await loading;
    const { queue: kind, seed } = route.params;
    Object.assign(route, { params: { queue: kind, seed } });
    compare.request = null;
    await follow();
    compare.request = {};
    expect(asked).toHaveLength(1);
    expect(route.params).toMatchObject({ a: 'd/1', b: 'd/2' });
  });

  test('of another kind cancels the earlier request, whose late answer is ignored', async () => {
    const older = follow();
    route.params = { ...route.params, queue: 'borderline' };
    const newer = follow();
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    asked[1]!.answer(pairs([5, 6]));
    asked[0]!.answer(pairs([1, 2]));
    await Promise.all([older, newer]);
    expect(queue.status).toBe('ready');
    expect(queue.list!.pairs).toMatchObject([{ a: 5, b: 6 }]);
  });

  test('that was cancelled reports it and can be loaded again', async () => {
    const loading = follow();
    queue.cancel();
    await loading;
    expect([queue.status, queue.error?.code]).toEqual(['cancelled', 'cancelled']);
    await follow(); // not by itself
    expect(asked).toHaveLength(1);
    const again = queue.retry();
    asked[1]!.answer(pairs([1, 2]));
    await again;
    expect([queue.status, queue.error]).toEqual(['ready', null]);
  });

  test('that fails keeps the error', async () => {
    call.mockImplementationOnce(() => Promise.reject(new AppError('engine', 'Out of memory.')));
    await follow();
    expect([queue.status, queue.error?.message]).toEqual(['failed', 'Out of memory.']);
  });

  test('moves within its bounds and starts at the position in the route', async () => {
    route.params = { ...route.params, n: '2' };
    const loading = follow();
    asked[0]!.answer(pairs([1, 2], [3, 4], [5, 6]));
    await loading;
    expect(queue.at).toBe(1);
    expect([queue.move(1), queue.at, queue.move(1), queue.move(-1), queue.at]).toEqual([true, 2, false, true, 1]);
    route.params = { ...route.params, n: '99' };
    expect(queue.at).toBe(2);
  });

  test('closed while it is loaded stays closed', async () => {
    const loading = follow();
    route.params = {};
    await follow();
    await loading;
    expect([queue.status, queue.list]).toEqual(['idle', null]);
  });

  test('opens where the person left it', async () => {
    const params = { ...route.params };
    const open = async (): Promise<void> => {
      const loading = follow();
      asked.at(-1)!.answer(pairs([1, 2], [3, 4], [5, 6]));
      await loading;
    };
    await open();
    queue.move(1);
    route.params = {};
    await follow();
    route.params = params;
    await open();
    expect(route.params).toMatchObject({ a: 'd/3', b: 'd/4', n: '2' });
  });

  test('whose view was left meanwhile changes no other view, and opens its pair on the return', async () => {
    const loading = follow();
    const { params } = route;
    Object.assign(route, { view: 'images', params: {} });
    asked[0]!.answer(pairs([1, 2], [3, 4]));
    await loading;
    expect(route.params).toEqual({});
    Object.assign(route, { view: 'compare', params });
    await follow();
    expect(route.params).toMatchObject({ a: 'd/1', b: 'd/2', n: '1' });
    expect(asked).toHaveLength(1);
  });

  test('prefetches the next pair and cancels the earlier prefetch', async () => {
    const loading = follow();
    asked[0]!.answer(pairs([1, 2], [3, 4]));
    await loading;
    queue.prefetchNext();
    queue.prefetchNext();
    expect(stopped).toHaveBeenCalledTimes(1);
    expect(prefetch.mock.calls.at(-1)![0]).toMatchObject({ run: 'r1', a: { dataset: 'd', id: 3 }, b: { dataset: 'd', id: 4 } });
    queue.move(1);
    queue.prefetchNext(); // there is none after the last
    expect(prefetch).toHaveBeenCalledTimes(2);
  });

  test('is not requested without a calibrated run, for a stored comparison, or for an unknown kind', () => {
    for (const change of [{ run: null }, { run: { run: 'r1', calibration: null } }, { stored: 'c1' }]) {
      const before = { ...compare };
      Object.assign(compare, change);
      expect(queue.request).toBeNull();
      Object.assign(compare, before);
    }
    route.params = { queue: 'surprise' };
    expect(queue.request).toBeNull();
  });
});
