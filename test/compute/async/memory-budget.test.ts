import { expect, test } from 'vitest';
import { MemoryBudget } from '../../../src/main/compute/async/memory-budget.ts';

test('never exceeds the limit, keeps the order, and lets in one piece that is larger than the limit', async () => {
  const budget = new MemoryBudget(100);
  let used = 0;
  let most = 0;
  const started: number[] = [];
  const sizes = [60, 50, 30, 250, 10, 90];
  await Promise.all(
    sizes.map((bytes, i) =>
      budget.use(bytes, async () => {
        started.push(i);
        used += Math.min(bytes, 100);
        most = Math.max(most, used);
        await new Promise((resolve) => setTimeout(resolve, 2));
        used -= Math.min(bytes, 100);
      }),
    ),
  );
  expect(most).toBeLessThanOrEqual(100);
  expect(started).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a failure gives its share back', async () => {
  const budget = new MemoryBudget(10);
  await expect(budget.use(10, () => Promise.reject(new Error('damaged')))).rejects.toThrow('damaged');
  await expect(budget.use(10, () => Promise.resolve('next'))).resolves.toBe('next');
});
