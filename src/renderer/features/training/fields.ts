import { type LossName, lossInfo } from '../../../shared/losses.ts';
import type { TrainingOption } from '../../../shared/training-options/option.ts';
import { OFFERED_OPTIONS, OPTION_ENTRIES, type OptionName } from '../../../shared/training-options/table.ts';

/** The options under "More settings" that a loss uses; the others have a control above it, or none. */
export const moreOptions = (loss: LossName): typeof OFFERED_OPTIONS =>
  OFFERED_OPTIONS.filter(([, { form, uses }]) => form === undefined && (uses === undefined || uses(lossInfo(loss))));

const TOP: ReadonlySet<string> = new Set(['', 'dataset', ...OPTION_ENTRIES.flatMap(([name, { form }]) => (form === 'top' ? [name] : []))]);

/** Whether the field of a problem is under "More settings". */
export const isMoreOption = (field: string): boolean => !TOP.has(field);

/** The options that a preset chooses. They are never marked as changed, and a reset leaves them. */
const PRESET_OPTIONS: ReadonlySet<string> = new Set<OptionName>(['backbone', 'weights', 'scope']);
export const isPresetOption = (name: string): boolean => PRESET_OPTIONS.has(name);

/** Text of a default or chosen value in the form. */
export function shownValue(option: TrainingOption, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (option.kind === 'choice') return choiceText(option.values[String(value)]) ?? String(value);
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);
}

/** A choice with its note: "Head only (fastest)". */
export const choiceText = (value: { label: string; note?: string } | undefined): string | undefined =>
  value && (value.note === undefined ? value.label : `${value.label} (${value.note})`);

/** Parses typed text. Empty means the default; a decimal comma is accepted; other text is returned, so that validation rejects it. */
export function typedNumber(text: string): number | string | undefined {
  const plain = text.trim().replace(/^(-?\d*),(\d+)$/, '$1.$2');
  if (plain === '') return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : plain;
}
