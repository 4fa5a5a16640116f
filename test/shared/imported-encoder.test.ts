import { expect, test } from 'vitest';
import { ImportedEncoder, importedSizeProblem } from '../../src/shared/imported-encoder.ts';
import { someEncoder } from './an-encoder.ts';

const encoder = ImportedEncoder.parse(someEncoder()); // without the facts of a run

test('refuses ids that are not a folder name or that an encoder name can’t contain', () => {
  expect(ImportedEncoder.parse(encoder)).toEqual(encoder);
  for (const id of ['', '../x', 'a/b', 'A', 'a+b', 'a,b', 'a:b', '-a', 'a'.repeat(65), 'nul', 'com1']) {
    expect(ImportedEncoder.safeParse({ ...encoder, id }).success, id).toBe(false);
  }
});

test('names the sizes that an encoder can read', () => {
  expect(importedSizeProblem(encoder, 224)).toBeNull();
  expect(importedSizeProblem(encoder, 225)).toBe('ViT-S/14 needs images whose side is a multiple of 14 px: choose 224 or 238 px instead of 225.');
  expect(importedSizeProblem(encoder, 8)).toContain('choose 14 or 28 px');
  const fixed = { ...encoder, input: { ...encoder.input, size: 224 } };
  expect(importedSizeProblem(fixed, 224)).toBeNull();
  expect(importedSizeProblem(fixed, 238)).toBe('ViT-S/14 reads images of 224 px only: choose 224 px instead of 238.');
});
