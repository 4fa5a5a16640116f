import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunRow } from '../../../src/shared/run.ts';
import { row, run } from '../run-rows.ts';

const stored = new Map<string, RunRow>();
const call = vi.fn((name: string, input: { run?: string }) => Promise.resolve(name === 'runs.list' ? [...stored.values()] : stored.get(input.run!)));
vi.mock('../../../src/renderer/client/api.ts', () => ({ api: { call, on: () => () => undefined }, onConnection: () => () => undefined }));
vi.mock('../../../src/renderer/client/settings.svelte.ts', () => ({ settings: { value: { run: null } } })); // it sets the page's theme

const { runs } = await import('../../../src/renderer/client/runs.svelte.ts');
const epochs = (): number[] => runs.byId('r1')!.epochs.map(({ epoch }) => epoch);

describe('the runs that the screen knows', () => {
  beforeEach(async () => {
    vi.useFakeTimers();
    stored.clear();
    stored.set('r1', run('r1', { status: 'running' }));
    await runs.load();
    call.mockClear();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('40 epochs end: each row is shown, and nothing is loaded', async () => {
    for (let epoch = 1; epoch <= 40; epoch++) {
      runs.epochEnded({ run: 'r1', row: { ...row(epoch, 0.9), best: epoch % 7 === 1 } });
      await vi.advanceTimersByTimeAsync(30);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(epochs()).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(runs.byId('r1')!.bestEpoch).toBe(36);
    expect(call).not.toHaveBeenCalled();
  });

  test('a lost event: the run is loaded once, and later rows follow it', async () => {
    stored.set('r1', run('r1', { status: 'running', epochs: [row(1, 0.8), row(2, 0.8), row(3, 0.8)] }));
    runs.epochEnded({ run: 'r1', row: row(1, 0.8) });
    runs.epochEnded({ run: 'r1', row: row(3, 0.8) });
    await vi.advanceTimersByTimeAsync(1000);
    expect(call.mock.calls).toEqual([['runs.get', { run: 'r1' }]]);
    runs.epochEnded({ run: 'r1', row: row(4, 0.8) });
    await vi.advanceTimersByTimeAsync(1000);
    expect(epochs()).toEqual([1, 2, 3, 4]);
    expect(call).toHaveBeenCalledTimes(1);
  });

  test('a row that was loaded before its event came is not appended again', async () => {
    stored.set('r1', run('r1', { status: 'running', epochs: [row(1, 0.8), row(2, 0.8)] }));
    await runs.load();
    runs.epochEnded({ run: 'r1', row: row(2, 0.8) });
    await vi.advanceTimersByTimeAsync(1000);
    expect(epochs()).toEqual([1, 2]);
  });
});
