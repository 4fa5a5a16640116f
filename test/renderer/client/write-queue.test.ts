import { expect, test, vi } from 'vitest';
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

test('if the page ends, what waits begins at once, in the order of the calls', async () => {
  const page = Object.assign(new EventTarget(), { document: new EventTarget() });
  for (const name of ['document', 'addEventListener'] as const)
    vi.stubGlobal(name, name === 'document' ? page.document : page.addEventListener.bind(page));
  vi.resetModules();
  const { WriteQueue: Queue } = await import('../../../src/renderer/client/write-queue.ts');
  const { DelayedWrite } = await import('../../../src/renderer/client/page-end.ts');
  const begun: string[] = [];
  const [first, second] = [new Queue(), new Queue()];
  const add = (queue: WriteQueue, name: string) => void queue.add(() => (begun.push(name), new Promise<never>(() => undefined)));
  for (const name of ['a', 'b', 'c']) add(first, name);
  const typed = new DelayedWrite(10_000, () => add(second, 'typed'));
  const cancelled = new DelayedWrite(10_000, () => begun.push('cancelled'));
  typed.schedule();
  cancelled.schedule();
  cancelled.cancel();
  await new Promise((resolve) => setTimeout(resolve));
  expect(begun).toEqual(['a']);
  page.dispatchEvent(new Event('beforeunload'));
  page.dispatchEvent(new Event('pagehide'));
  await new Promise((resolve) => setTimeout(resolve));
  expect(begun).toEqual(['a', 'b', 'c', 'typed']);
  vi.unstubAllGlobals();
});
