import { expect, test } from 'vitest';
import { SharedTasks } from '../../../src/main/foundation/jobs/shared-tasks.ts';

test('a task is shared while it runs, also if it fails, and runs again afterwards; other keys run beside it', async () => {
  const tasks = new SharedTasks<string>();
  const started: string[] = [];
  const run = (key: string, end: () => Promise<string>): Promise<string> => tasks.run(key, () => (started.push(key), end()));
  const first = Promise.withResolvers<string>();
  const both = [run('a', () => first.promise), run('a', () => Promise.resolve('not run'))];
  expect(await run('b', () => Promise.resolve('b'))).toBe('b');
  first.resolve('a');
  expect(await Promise.all(both)).toEqual(['a', 'a']);
  const failing = Promise.withResolvers<string>();
  const failed = [run('a', () => failing.promise), run('a', () => Promise.resolve('not run'))];
  failing.reject(new Error('lost'));
  expect((await Promise.allSettled(failed)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await run('a', () => Promise.resolve('again'))).toBe('again');
  expect(started).toEqual(['a', 'b', 'a', 'a']);
});
