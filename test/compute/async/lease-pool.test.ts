import { expect, test } from 'vitest';
import { KeptOpen } from '../../../src/main/compute/async/lease-pool.ts';

function watched(most: number): { kept: KeptOpen<string>; log: string[]; open: (key: string) => () => Promise<string> } {
  const log: string[] = [];
  const kept = new KeptOpen<string>(most, (value) => {
    log.push(`close ${value}`);
    return Promise.resolve();
  });
  const open = (key: string) => (): Promise<string> => {
    log.push(`open ${key}`);
    return Promise.resolve(key);
  };
  return { kept, log, open };
}
const ask = (value: string): Promise<string> => Promise.resolve(`asked ${value}`);

test('opens once, keeps the last ones used, closes the one not used for longest', async () => {
  const { kept, log, open } = watched(2);
  for (const key of ['a', 'b', 'a', 'c', 'a']) expect(await kept.use(key, open(key), ask)).toBe(`asked ${key}`);
  expect(log).toEqual(['open a', 'open b', 'open c', 'close b']);
});

test('never closes what is in use, and closes it when that ends', async () => {
  const { kept, log, open } = watched(1);
  let finish = (): void => undefined;
  const slow = kept.use('a', open('a'), () => new Promise<void>((done) => (finish = done)));
  await kept.use('b', open('b'), ask);
  expect(log).toEqual(['open a', 'open b']);
  finish();
  await slow;
  await Promise.resolve();
  expect(log).toEqual(['open a', 'open b', 'close a']);
});

test('two at once share one opening; what failed is tried anew', async () => {
  const { kept, log, open } = watched(2);
  await Promise.all([kept.use('a', open('a'), ask), kept.use('a', open('a'), ask)]);
  expect(log).toEqual(['open a']);
  await expect(kept.use('x', () => Promise.reject(new Error('no device')), ask)).rejects.toThrow('no device');
  expect(await kept.use('x', open('x'), ask)).toBe('asked x');
});
