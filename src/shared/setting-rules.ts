import { DEVICES } from './training-options/table.ts';
import type { Settings } from './workbench.ts';

/** The values that a setting accepts. */
export type SettingRule =
  | { kind: 'choice'; values: readonly string[] }
  | { kind: 'text'; maxLength: number | null; nullable: boolean }
  | { kind: 'switch' }
  | { kind: 'integer'; min: number; max: number }
  | { kind: 'texts'; names: readonly string[]; maxLength: number }; // an object: its keys are some of `names`, its values are texts

const id: SettingRule = { kind: 'text', maxLength: 300, nullable: true };

/** The longest text that a setting stores, characters. */
export const MAX_ROUTE = 2000;
export const MAX_VIEW_CHOICE = 20_000;

/**
 * One rule for each setting. The contract derives its schema from them. The settings file is checked by them directly, so that a
 * program starts without loading the schema library.
 */
export const SETTING_RULES: Record<keyof Settings, SettingRule> = {
  theme: { kind: 'choice', values: ['system', 'light', 'dark'] },
  colourScale: { kind: 'choice', values: ['evidence', 'viridis', 'magma', 'cividis', 'turbo', 'jet'] },
  device: { kind: 'choice', values: ['auto', ...DEVICES] },
  workspace: { kind: 'text', maxLength: null, nullable: true }, // takes effect at the next start
  tourDone: { kind: 'switch' },
  route: { kind: 'text', maxLength: MAX_ROUTE, nullable: false },
  sidebar: { kind: 'switch' },
  dataset: id,
  run: id,
  pictureSpace: { kind: 'integer', min: 100, max: 1_000_000 }, // MB
  author: { kind: 'text', maxLength: 200, nullable: false },
  logo: { kind: 'text', maxLength: 64, nullable: true },
  chooserFolder: { kind: 'text', maxLength: 4096, nullable: true },
  viewChoices: { kind: 'texts', names: ['images', 'explore', 'train', 'new-training', 'reports', 'routes'], maxLength: MAX_VIEW_CHOICE },
};

export function isAccepted(rule: SettingRule, value: unknown): boolean {
  switch (rule.kind) {
    case 'choice':
      return typeof value === 'string' && rule.values.includes(value);
    case 'text':
      return value === null ? rule.nullable : typeof value === 'string' && value.length <= (rule.maxLength ?? Infinity);
    case 'switch':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= rule.min && value <= rule.max;
    case 'texts': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      return Object.entries(value).every(([name, text]) => rule.names.includes(name) && typeof text === 'string' && text.length <= rule.maxLength);
    }
    default:
      return rule satisfies never;
  }
}
