import { expect, test } from 'vitest';
import { LeasePool } from '../../../src/main/compute/async/lease-pool.ts';

function loggedPool(capacity: number): { pool: LeasePool<string>; log: string[]; open: (key: string) => () => Promise<string> } {
  const log: string[] = [];
  const pool = new LeasePool<string>(capacity, (value) => {
    log.push(`close ${value}`);
    return Promise.resolve();
  });
  const open = (key: string) => (): Promise<string> => {
    log.push(`open ${key}`);
    return Promise.resolve(key);
  };
  return { pool, log, open };
}
const use = (value: string): Promise<string> => Promise.resolve(`used ${value}`);

test('opens once, retains the last used, closes the least recently used', async () => {
  const { pool, log, open } = loggedPool(2);
  for (const key of ['a', 'b', 'a', 'c', 'a']) expect(await pool.use(key, open(key), use)).toBe(`used ${key}`);
  expect(log).toEqual(['open a', 'open b', 'open c', 'close b']);
});

test('closes a value only when its use has ended', async () => {
  const { pool, log, open } = loggedPool(1);
  let finish = (): void => undefined;
  const slow = pool.use('a', open('a'), () => new Promise<void>((done) => (finish = done)));
  await pool.use('b', open('b'), use);
  expect(log).toEqual(['open a', 'open b']);
  finish();
  await slow;
  await Promise.resolve();
  expect(log).toEqual(['open a', 'open b', 'close a']);
});

test('opens once for two concurrent callers; the next call retries a failure', async () => {
  const { pool, log, open } = loggedPool(2);
  await Promise.all([pool.use('a', open('a'), use), pool.use('a', open('a'), use)]);
  expect(log).toEqual(['open a']);
  await expect(pool.use('x', () => Promise.reject(new Error('no device')), use)).rejects.toThrow('no device');
  expect(await pool.use('x', open('x'), use)).toBe('used x');
});
