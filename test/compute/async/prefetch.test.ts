import { describe, expect, test } from 'vitest';
import { prefetch } from '../../../src/main/compute/async/prefetch.ts';

/** Work whose ends are up to the test, and a record of what happened when. */
function handled() {
  const ends = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const told: string[] = [];
  const work = (item: number): Promise<string> => {
    told.push(`begin ${item}`);
    return new Promise<string>((resolve, reject) => {
      ends.set(item, {
        resolve: () => {
          told.push(`end ${item}`);
          resolve(`made of ${item}`);
        },
        reject,
      });
    });
  };
  return { told, work, end: (item: number) => ends.get(item)!.resolve(), fail: (item: number) => ends.get(item)!.reject(new Error(`no ${item}`)) };
}

/** Lets everything happen that waits for nothing but its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work ahead', () => {
  test('the next item is begun before one is handed out, and never more than one', async () => {
    const { told, work, end } = handled();
    const used = (async () => {
      for await (const [item, made] of prefetch([1, 2, 3], work)) told.push(`use ${item}: ${made}`);
    })();
    await turn();
    expect(told).toEqual(['begin 1']);
    end(1);
    await turn();
    expect(told.slice(1)).toEqual(['end 1', 'begin 2', 'use 1: made of 1']);
    end(2);
    await turn();
    expect(told.slice(4)).toEqual(['end 2', 'begin 3', 'use 2: made of 2']);
    end(3);
    await used;
    expect(told.slice(7)).toEqual(['end 3', 'use 3: made of 3']);
  });

  test('order is that of the items, however quick each is', async () => {
    const waits = [30, 0, 20, 0, 10];
    const made: [number, number][] = [];
    for await (const one of prefetch([0, 1, 2, 3, 4], (i) => new Promise<number>((done) => setTimeout(done, waits[i], 10 * i)))) made.push(one);
    expect(made).toEqual([0, 1, 2, 3, 4].map((i) => [i, 10 * i]));
  });

  test('nothing of nothing', async () => {
    for await (const _ of prefetch([], () => Promise.reject(new Error('never asked')))) expect.unreachable();
  });

  test('what fails ahead is thrown in its turn, after the items before it, and nothing further is begun', async () => {
    const { told, work, end, fail } = handled();
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
    expect(told).toEqual(['begin 1', 'end 1', 'begin 2']);
  });

  test('an early return waits for what was begun, also where that fails', async () => {
    for (const last of ['end', 'fail'] as const) {
      const made = handled();
      let over = false;
      const used = (async () => {
        const items = prefetch([1, 2, 3], made.work);
        await items.next();
        await items.return(); // as a loop does that is left
        over = true;
      })();
      await turn();
      made.end(1);
      await turn();
      expect([over, made.told]).toEqual([false, ['begin 1', 'end 1', 'begin 2']]);
      made[last](2);
      await used;
      expect(over).toBe(true);
      expect(made.told).not.toContain('begin 3');
    }
  });

  test('an error of the consumer, such as a cancellation, waits for started work and is rethrown unchanged', async () => {
    const { work, end, told } = handled();
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
    expect(told).toContain('end 2');
  });

  test('items are taken as they are needed', async () => {
    let taken = 0;
    const items = function* (): Generator<number> {
      for (;;) yield taken++;
    };
    for await (const [item] of prefetch(items(), (i) => Promise.resolve(i))) if (item === 3) break;
    expect(taken).toBe(5);
  });
});
