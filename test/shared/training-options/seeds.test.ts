import { describe, expect, test } from 'vitest';
import { TrainRequest } from '../../../src/shared/contract.ts';
import { configFor } from '../../../src/main/features/training/defaults.ts';
import { seedsOf, seedsProblem } from '../../../src/shared/training-options/seeds.ts';

describe('several seeds', () => {
  test.each([
    [[1, 2, 3], null],
    [[0, 2 ** 31], null],
    [[1, 2, 1], 'must differ; 1 is listed twice'],
    [[1], 'must be at least 2 seeds; for a single one, use the option “Seed” (--seed)'],
    [[], 'must be at least 2 seeds; for a single one, use the option “Seed” (--seed)'],
    [[1, -2], 'must be whole numbers from 0 to 2,147,483,648; “-2” is not'],
    [[1, 2.5], 'must be whole numbers from 0 to 2,147,483,648; “2.5” is not'],
    [[1, 'two'], 'must be whole numbers from 0 to 2,147,483,648; “two” is not'],
    [[1, 2 ** 31 + 1], 'must be whole numbers from 0 to 2,147,483,648; “2147483649” is not'],
    [Array.from({ length: 21 }, (_, i) => i), 'must be at most 20 seeds; these are 21'],
  ])('%j', (seeds, problem) => {
    expect(seedsProblem(seeds)).toBe(problem);
    const parsed = TrainRequest.safeParse({ dataset: 'd', seeds });
    expect(parsed.error?.issues.map(({ path, message }) => [path, message]) ?? null).toEqual(problem === null ? null : [[['seeds'], problem]]);
  });
  test('are read from text as people type lists of numbers', () => {
    expect(['1,2,3', ' 1, 2 ;3 ', '1 2', '', '1,x', '-1,2', '1,,2', '0x1,1e1'].map(seedsOf)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2],
      undefined,
      [1, 'x'],
      [-1, 2],
      [1, 2],
      ['0x1', '1e1'],
    ]);
  });
  test('are not chosen beside a single one', () => {
    expect(() => configFor({ dataset: 'd', seed: 1, seeds: [2, 3] }, null)).toThrow('Choose one seed or several, not both.');
    expect(configFor({ dataset: 'd', seeds: [5, 3] }, null).seed).toBe(5);
  });
});
