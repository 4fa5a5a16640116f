import { z } from 'zod';
import { SETTING_RULES, type SettingRule } from './setting-rules.ts';
import type { Settings } from './workbench.ts';

/** Any of the settings. */
export const SettingsPatch = z.strictObject(
  Object.fromEntries(Object.entries(SETTING_RULES).map(([name, rule]) => [name, schemaOf(rule).optional()])),
) as z.ZodType as z.ZodType<Partial<Settings>, Partial<Settings>>;

function schemaOf(rule: SettingRule): z.ZodType {
  switch (rule.kind) {
    case 'choice':
      return z.enum(rule.values);
    case 'text': {
      const value = rule.maxLength === null ? z.string() : z.string().max(rule.maxLength);
      return rule.nullable ? value.nullable() : value;
    }
    case 'switch':
      return z.boolean();
    case 'integer':
      return z.number().int().min(rule.min).max(rule.max);
    case 'texts':
      return z.strictObject(Object.fromEntries(rule.names.map((name) => [name, z.string().max(rule.maxLength).optional()])));
    default:
      return rule satisfies never;
  }
}
