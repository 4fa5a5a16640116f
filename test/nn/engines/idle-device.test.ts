import { afterEach, expect, test, vi } from 'vitest';
import { IdleDevice } from '../../../src/main/nn/engines/idle-device.ts';

const LIMITS = { ms: 1000, bytes: 100 };

/** Counts how often a device is opened and closed. */
function counted(): { idle: IdleDevice; count: { opened: number; closed: number } } {
  const count = { opened: 0, closed: 0 };
  const close = (): Promise<void> => Promise.resolve(void count.closed++);
  return { count, idle: new IdleDevice(() => Promise.resolve({ close: (count.opened++, close) }), LIMITS) };
}

vi.useFakeTimers();
afterEach(() => vi.clearAllTimers());

test('a device stays open for the next session, and is closed after its idle time', async () => {
  const { idle, count } = counted();
  await idle.acquire(10);
  await idle.acquire(10);
  await idle.release();
  await vi.advanceTimersByTimeAsync(2 * LIMITS.ms); // one session is open
  await idle.release();
  await vi.advanceTimersByTimeAsync(LIMITS.ms - 1);
  expect(count).toEqual({ opened: 1, closed: 0 });
  await idle.acquire(10);
  await vi.advanceTimersByTimeAsync(LIMITS.ms);
  await idle.release();
  await vi.advanceTimersByTimeAsync(LIMITS.ms);
  expect(count).toEqual({ opened: 1, closed: 1 });
  await idle.acquire(10);
  expect(count.opened).toBe(2);
});

test('after sessions of many bytes a device is closed with the last of them', async () => {
  const { idle, count } = counted();
  for (let i = 0; i < 2; i++) {
    await idle.acquire(60);
    await idle.release();
    expect(count.closed).toBe(i);
  }
  await idle.acquire(60); // counts anew
  await idle.release();
  expect(count).toEqual({ opened: 2, closed: 1 });
});

test('a released device is not kept by the sessions that were open, and one that does not open is tried again', async () => {
  const { idle, count } = counted();
  await idle.acquire(10);
  await idle.close();
  await idle.release();
  expect(vi.getTimerCount()).toBe(0);
  expect(count).toEqual({ opened: 1, closed: 1 });

  const open = vi.fn(() => Promise.reject(new Error('no device')));
  const broken = new IdleDevice(open, LIMITS);
  for (let i = 0; i < 2; i++) await expect(broken.acquire(10)).rejects.toThrow('no device');
  await broken.close();
  expect(open).toHaveBeenCalledTimes(2);
});
