import { beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_SETTINGS, type Settings } from '../../../src/shared/workbench.ts';
import { SettingsPatch } from '../../../src/shared/setting-schema.ts';

const stored = { value: DEFAULT_SETTINGS };
const set = vi.fn((patch: Partial<Settings>) => {
  stored.value = { ...stored.value, ...SettingsPatch.parse(patch) };
  return Promise.resolve();
});
// The real one sets the page's theme.
vi.mock('../../../src/renderer/client/settings.svelte.ts', () => ({ settings: Object.assign(stored, { set, loaded: true }) }));
vi.mock('../../../src/renderer/client/api.ts', () => ({ api: {} }));

const { viewChoices } = await import('../../../src/renderer/client/view-choices.ts');
const { toast } = await import('../../../src/renderer/client/toasts.svelte.ts');
const texts = (): string[] => toast.list.map(({ text }) => text);
/** Until choices are stored; messages stay longer. */
const store = (): void => void vi.advanceTimersByTime(600);
const classes = (count: number): string[] => Array.from({ length: count }, (_, i) => `class ${i} ${'x'.repeat(90)}`);

beforeEach(() => {
  vi.useFakeTimers();
  stored.value = DEFAULT_SETTINGS;
  for (const { id } of toast.list) toast.dismiss(id);
});

test('choices are stored as JSON', () => {
  viewChoices.store('images', { classes: ['a'] });
  store();
  expect(stored.value.viewChoices).toEqual({ images: '{"classes":["a"]}' });
  expect(viewChoices.read('images')).toEqual({ classes: ['a'] });
});

test('a filter that is too long is not stored, nor the one before it, and a message says so once', () => {
  viewChoices.store('images', { classes: ['a'] });
  store();
  for (const count of [250, 251]) {
    viewChoices.store('images', { classes: classes(count) });
    store();
  }
  expect(texts()).toEqual([expect.stringMatching(/filter is too long to be stored/)]);
  expect(viewChoices.read('images')).toBeNull();
  expect(stored.value.viewChoices).toEqual({ images: 'null' });
  toast.dismiss(toast.list[0]!.id);
  viewChoices.store('routes', { compare: { a: 'x'.repeat(30_000) } }); // no filter
  viewChoices.store('images', { classes: classes(2) });
  store();
  expect(texts()).toEqual([]);
  expect(viewChoices.read('images')).toEqual({ classes: classes(2) });
  viewChoices.store('images', { classes: classes(260) });
  expect(texts()).toHaveLength(1);
});
