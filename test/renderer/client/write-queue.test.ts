import { expect, test } from 'vitest';
import { WriteQueue } from '../../../src/renderer/client/write-queue.ts';

test('work begins when the work before it has ended, also where that failed', async () => {
  const queue = new WriteQueue();
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string, fails = false) =>
    queue.add(async () => {
      log.push(`begin ${name}`);
      await new Promise<void>((resolve) => ends.push(resolve));
      log.push(`end ${name}`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = [work('a'), work('b', true), work('c')];
  for (let n = 0; n < 3; n++) {
    await new Promise((resolve) => setTimeout(resolve));
    expect(ends).toHaveLength(1);
    ends.pop()!();
  }
  expect((await Promise.allSettled(results)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(log).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
});
