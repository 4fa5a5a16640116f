import { describe, expect, test } from 'vitest';
import { isAccepted, SETTING_RULES } from '../../src/shared/setting-rules.ts';
import { SettingsPatch } from '../../src/shared/setting-schema.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/shared/workbench.ts';

const NAMES = Object.keys(DEFAULT_SETTINGS) as (keyof Settings)[];
const ALL_VIEWS = { images: '', train: '', reports: '', routes: '' };
const VALUES: readonly unknown[] = [
  ...['system', 'dark', 'jet', 'auto', 'cuda', 'neither', '', '/home/me', 'x'.repeat(300), 'x'.repeat(301), 'x'.repeat(2000), 'x'.repeat(2001)],
  ...[0, 99, 100, 100.5, 2000, 1_000_000, 1_000_001, -0, NaN, Infinity, 2 ** 53],
  ...[true, false, null, [], ['dark'], {}, { images: 'x' }, { images: 7 }, { images: 'x'.repeat(20_001) }, ALL_VIEWS, { ...ALL_VIEWS, more: '' }],
];

describe('a setting', () => {
  test.each(NAMES)('%s: the settings file accepts what the contract does', (name) => {
    const accepted = VALUES.filter((value) => isAccepted(SETTING_RULES[name], value));
    expect(accepted).toEqual(VALUES.filter((value) => SettingsPatch.safeParse({ [name]: value }).success));
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThan(VALUES.length);
    expect(isAccepted(SETTING_RULES[name], DEFAULT_SETTINGS[name])).toBe(true);
  });

  test.each([
    ['theme', ['system', 'dark']],
    ['device', ['auto', 'cuda']],
    ['sidebar', [true, false]],
    ['pictureSpace', [100, 2000, 1_000_000]],
    ['workspace', VALUES.filter((value) => typeof value === 'string' || value === null)],
    ['run', VALUES.filter((value) => (typeof value === 'string' && value.length <= 300) || value === null)],
    ['viewChoices', [{}, { images: 'x' }, ALL_VIEWS]],
    ['route', VALUES.filter((value) => typeof value === 'string' && value.length <= 2000)],
  ] as const)('%s accepts only its own values', (name, accepted) => {
    expect(VALUES.filter((value) => isAccepted(SETTING_RULES[name], value))).toEqual(accepted);
  });

  test('has a rule and a default; the contract refuses any other', () => {
    expect(Object.keys(SETTING_RULES).sort()).toEqual([...NAMES].sort());
    expect(SettingsPatch.safeParse({ colour: 'red' }).success).toBe(false);
    expect(SettingsPatch.safeParse({}).success).toBe(true);
  });
});
