import { beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';

vi.mock('../../../src/renderer/client/api.ts', () => ({ api: { call: () => Promise.reject(new Error('no workbench')) } }));
const { toasts } = await import('../../../src/renderer/client/toasts.svelte.ts');
const texts = (): string[] => toasts.list.map(({ text }) => text);

beforeEach(() => {
  for (const { id } of toasts.list) toasts.dismiss(id);
});

test('a repeated action replaces its message', () => {
  toasts.info('Image A is set.', null, 'slots');
  toasts.info('Imported 3 images.');
  toasts.info('Image B is set.', null, 'slots');
  toasts.info('Imported 3 images.');
  expect(texts()).toEqual(['Image B is set.', 'Imported 3 images.']);
});

test('two deletions keep both their undo buttons', () => {
  toasts.undoable('Deleted 1 comparison', () => undefined, 'deleted-c1');
  toasts.undoable('Deleted 1 comparison', () => undefined, 'deleted-c2');
  expect(texts()).toHaveLength(2);
});

test('an error is shown once, however often it happens', () => {
  for (let n = 0; n < 3; n++) toasts.error(new AppError('offline', 'Connection lost.'));
  expect(texts()).toEqual(['Connection lost.']);
});
