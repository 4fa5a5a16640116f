import { describe, expect, test } from 'vitest';
import { prefetch } from '../../../src/main/compute/async/prefetch.ts';

/** Work that ends when the test says so, and a log of its events. */
function controlledWork() {
  const ends = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const log: string[] = [];
  const work = (item: number): Promise<string> => {
    log.push(`begin ${item}`);
    return new Promise<string>((resolve, reject) => {
      ends.set(item, {
        resolve: () => {
          log.push(`end ${item}`);
          resolve(`made of ${item}`);
        },
        reject,
      });
    });
  };
  return { log, work, end: (item: number) => ends.get(item)!.resolve(), fail: (item: number) => ends.get(item)!.reject(new Error(`no ${item}`)) };
}

/** One turn of the event loop: runs everything that is ready. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('prefetch', () => {
  test('starts the next item before it hands out one, and never two ahead', async () => {
    const { log, work, end } = controlledWork();
    const used = (async () => {
      for await (const [item, made] of prefetch([1, 2, 3], work)) log.push(`use ${item}: ${made}`);
    })();
    await turn();
    expect(log).toEqual(['begin 1']);
    end(1);
    await turn();
    expect(log.slice(1)).toEqual(['end 1', 'begin 2', 'use 1: made of 1']);
    end(2);
    await turn();
    expect(log.slice(4)).toEqual(['end 2', 'begin 3', 'use 2: made of 2']);
    end(3);
    await used;
    expect(log.slice(7)).toEqual(['end 3', 'use 3: made of 3']);
  });

  test('keeps the order of the items, however long each takes', async () => {
    const waits = [30, 0, 20, 0, 10];
    const made: [number, number][] = [];
    for await (const one of prefetch([0, 1, 2, 3, 4], (i) => new Promise<number>((done) => setTimeout(done, waits[i], 10 * i)))) made.push(one);
    expect(made).toEqual([0, 1, 2, 3, 4].map((i) => [i, 10 * i]));
  });

  test('yields nothing for no items', async () => {
    for await (const _ of prefetch([], () => Promise.reject(new Error('never called')))) expect.unreachable();
  });

  test('throws a failure in its turn, after the items before it, and starts nothing more', async () => {
    const { log, work, end, fail } = controlledWork();
    const used: number[] = [];
    const all = (async () => {
      for await (const [item] of prefetch([1, 2, 3], work)) {
        fail(2); // while 1 is in use
        await turn(); // an unhandled rejection would end the test's process here
        used.push(item);
      }
    })();
    await turn();
    end(1);
    await expect(all).rejects.toThrow('no 2');
    expect(used).toEqual([1]);
    expect(log).toEqual(['begin 1', 'end 1', 'begin 2']);
  });

  test('waits for started work on an early return, also if it fails', async () => {
    for (const last of ['end', 'fail'] as const) {
      const made = controlledWork();
      let over = false;
      const used = (async () => {
        const items = prefetch([1, 2, 3], made.work);
        await items.next();
        await items.return(); // as leaving a for-await loop does
        over = true;
      })();
      await turn();
      made.end(1);
      await turn();
      expect([over, made.log]).toEqual([false, ['begin 1', 'end 1', 'begin 2']]);
      made[last](2);
      await used;
      expect(over).toBe(true);
      expect(made.log).not.toContain('begin 3');
    }
  });

  test('waits for started work on an error of the consumer, then rethrows it unchanged', async () => {
    const { work, end, log } = controlledWork();
    let over = false;
    const used = (async () => {
      for await (const [item] of prefetch([1, 2], work)) if (item === 1) throw new Error('cancelled');
    })().finally(() => (over = true));
    used.catch(() => undefined);
    await turn();
    end(1);
    await turn();
    expect(over).toBe(false);
    end(2);
    await expect(used).rejects.toThrow('cancelled');
    expect(log).toContain('end 2');
  });

  test('takes items only as needed', async () => {
    let taken = 0;
    const items = function* (): Generator<number> {
      for (;;) yield taken++;
    };
    for await (const [item] of prefetch(items(), (i) => Promise.resolve(i))) if (item === 3) break;
    expect(taken).toBe(5);
  });
});
