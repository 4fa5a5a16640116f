import { expect, test } from 'vitest';
import { SerialQueue } from '../../../src/main/foundation/jobs/serial-queue.ts';

const never = new AbortController().signal;
const gate = (): { open(): void; opened: Promise<void> } => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

test('runs one at a time, in order, also after a failure', async () => {
  const queue = new SerialQueue();
  const [first, second] = [gate(), gate()];
  const log: string[] = [];
  const work = (name: string, until: Promise<void>) => async (): Promise<void> => {
    log.push(`${name} begins`);
    await until;
    log.push(`${name} ends`);
    if (name === 'a') throw new Error('broken');
  };
  const a = queue.run(never, () => log.push('a waits'), work('a', first.opened));
  const b = queue.run(never, (before) => log.push(`b waits for ${before}`), work('b', second.opened));
  const c = queue.run(never, (before) => log.push(`c waits for ${before}`), work('c', Promise.resolve()));
  expect(queue.length).toBe(3);
  first.open();
  await expect(a).rejects.toThrow('broken');
  second.open();
  await Promise.all([b, c]);
  expect(log).toEqual(['a begins', 'b waits for 1', 'c waits for 2', 'a ends', 'c waits for 1', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(queue.length).toBe(0);
});

test('cancels a waiting task, and the others keep their turn', async () => {
  const queue = new SerialQueue();
  const first = gate();
  const a = queue.run(
    never,
    () => undefined,
    () => first.opened,
  );
  const controller = new AbortController();
  const b = queue.run(
    controller.signal,
    () => undefined,
    () => Promise.resolve('b'),
  );
  const waits: number[] = [];
  const c = queue.run(
    never,
    (before) => waits.push(before),
    () => Promise.resolve('c'),
  );
  controller.abort();
  expect(waits).toEqual([2, 1]);
  await expect(b).rejects.toMatchObject({ code: 'cancelled' });
  first.open();
  await a;
  expect(await c).toBe('c');
  await expect(
    queue.run(
      AbortSignal.abort(),
      () => undefined,
      () => Promise.resolve('free'),
    ),
  ).resolves.toBe('free');
});
