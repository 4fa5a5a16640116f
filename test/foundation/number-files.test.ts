import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNumbers, writeNumbers } from '../../src/main/foundation/number-files.ts';
import { scratch } from '../doors/cli/kit.ts';

it('reads what was written; a missing, shorter or changed file is refused', async () => {
  const path = join(scratch('numbers'), 'deep', 'x.f32');
  const numbers = Float32Array.of(1.5, -2, Math.PI);
  const out = new Float32Array(3);
  expect(await readNumbers(path, out)).toBe(false);
  await writeNumbers(path, numbers);
  expect(await readNumbers(path, out)).toBe(true);
  expect(out).toEqual(numbers);
  expect(await readNumbers(path, new Float32Array(2))).toBe(false);
  const bytes = readFileSync(path);
  bytes[5]! ^= 1;
  writeFileSync(path, bytes);
  expect(await readNumbers(path, out)).toBe(false);
});

it('keeps whole numbers and empty lists', async () => {
  const path = join(scratch('numbers'), 'x.i32');
  await writeNumbers(path, Int32Array.of(-1, 2 ** 30));
  const out = new Int32Array(2);
  expect(await readNumbers(path, out)).toBe(true);
  expect([...out]).toEqual([-1, 2 ** 30]);
  await writeNumbers(path, new Int32Array());
  expect(await readNumbers(path, new Int32Array())).toBe(true);
});
