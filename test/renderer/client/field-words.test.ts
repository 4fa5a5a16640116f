import { expect, test } from 'vitest';
import { withFieldWords } from '../../../src/renderer/client/field-words.ts';
import { AppError } from '../../../src/shared/errors.ts';

const worded = (field: string | null, message: string): string => (withFieldWords(new AppError('usage', message, { field })) as AppError).message;

test('an error about an input names the field as the screen does', () => {
  expect(worded('choice.threshold', 'choice.threshold must be a number.')).toBe('The threshold must be a number.');
  expect(worded('size', 'size must be at least 16.')).toBe('Image size must be at least 16.');
  expect(worded('tags.3', 'tags.3 must have at most 100 characters.')).toBe('A tag must have at most 100 characters.');
  expect(worded('strokes', 'strokes is missing.')).toBe('strokes is missing.');
  expect(worded(null, 'size is wrong.')).toBe('size is wrong.');
  const other = new AppError('bad-request', 'size must be a multiple of 14.', { field: 'size' });
  expect(withFieldWords(other)).toBe(other);
});
