import { countText, NBSP, settingText } from '../format.ts';
import { type Augmentation, AUGMENTATION_ENTRIES } from './augmentation.ts';
import { lossInfo } from '../losses.ts';
import type { RunConfig } from '../run.ts';
import { networkName } from '../run-words.ts';
import { meaningOf, sameTitle } from '../same-meaning.ts';
import { type NumberOption, type TrainingOption, UNITS } from './option.ts';
import type { OptionName } from './table.ts';

/** "1 to 1,024"; a range that begins at a tiny number is "above 0, at most 10". */
export function rangeText({ range: { min, max } }: NumberOption): string {
  return min > 0 && min < 1e-6 ? `above 0, at most ${boundText(max)}` : `${boundText(min)} to ${boundText(max)}`;
}

const boundText = (bound: number): string => (Number.isInteger(bound) ? countText(bound) : settingText(bound));

/** The value of an option as shown in a run's record and in reports. */
export function configText(name: OptionName, option: TrainingOption, config: RunConfig): string {
  if (name === 'same') return sameTitle(meaningOf(config));
  if (name === 'backbone') return networkName(config);
  const text = valueText(option, config[name]);
  const unit = name === 'margin' ? lossInfo(config.loss).margin?.unit : undefined;
  return unit === undefined ? text : `${text} (${unit})`;
}

/** A value with its unit, 0 in words. */
export function valueText(option: TrainingOption, value: unknown): string {
  switch (option.kind) {
    case 'number':
      return numberText(option, Number(value));
    case 'choice':
      return option.values[String(value)]?.label ?? String(value);
    case 'weights':
      return value === null ? option.none : (value as { source: string }).source;
    case 'pairs':
      return value === null ? option.none : pairsText(value as { source: string; pairs: number });
    case 'augmentation':
      return augmentationText(value as Augmentation | null);
  }
}

const pairsText = ({ source, pairs }: { source: string; pairs: number }): string => `${source} (${countText(pairs)} pairs)`;

function numberText({ zero, unit, quantity }: NumberOption, value: number): string {
  if (value === 0 && zero !== undefined) return zero;
  if (unit !== undefined) return `${countText(value)} ${value === 1 ? UNITS[unit] : unit}`;
  return quantity === 'gradient norm' ? `${settingText(value)} (${quantity})` : settingText(value);
}

export function augmentationText(augmentation: Augmentation | null): string {
  const changes = AUGMENTATION_ENTRIES.flatMap(([name, change]) => {
    const value = augmentation?.[name];
    if (!value) return [];
    return change.kind === 'switch' ? change.words : change.words(amountText(change.unit, Number(value)));
  });
  return changes.join(', ') || 'none';
}

export const amountText = (unit: '°' | '%', amount: number): string =>
  unit === '°' ? `${settingText(amount)}°` : `${settingText(100 * amount)}${NBSP}%`;
