import { expect, test } from 'vitest';
import { LeasePool } from '../../../src/main/compute/async/lease-pool.ts';

function watched(most: number): { pool: LeasePool<string>; log: string[]; open: (key: string) => () => Promise<string> } {
  const log: string[] = [];
  const pool = new LeasePool<string>(most, (value) => {
    log.push(`close ${value}`);
    return Promise.resolve();
  });
  const open = (key: string) => (): Promise<string> => {
    log.push(`open ${key}`);
    return Promise.resolve(key);
  };
  return { pool, log, open };
}
const ask = (value: string): Promise<string> => Promise.resolve(`asked ${value}`);

test('opens once, keeps the last ones used, closes the one not used for longest', async () => {
  const { pool, log, open } = watched(2);
  for (const key of ['a', 'b', 'a', 'c', 'a']) expect(await pool.use(key, open(key), ask)).toBe(`asked ${key}`);
  expect(log).toEqual(['open a', 'open b', 'open c', 'close b']);
});

test('never closes what is in use, and closes it when that ends', async () => {
  const { pool, log, open } = watched(1);
  let finish = (): void => undefined;
  const slow = pool.use('a', open('a'), () => new Promise<void>((done) => (finish = done)));
  await pool.use('b', open('b'), ask);
  expect(log).toEqual(['open a', 'open b']);
  finish();
  await slow;
  await Promise.resolve();
  expect(log).toEqual(['open a', 'open b', 'close a']);
});

test('two concurrent callers open once; a failure is retried by the next call', async () => {
  const { pool, log, open } = watched(2);
  await Promise.all([pool.use('a', open('a'), ask), pool.use('a', open('a'), ask)]);
  expect(log).toEqual(['open a']);
  await expect(pool.use('x', () => Promise.reject(new Error('no device')), ask)).rejects.toThrow('no device');
  expect(await pool.use('x', open('x'), ask)).toBe('asked x');
});
