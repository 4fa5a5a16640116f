import { percentText, settingText } from '../../../shared/format.ts';
import { backboneName } from '../../../shared/run-words.ts';
import type { Augmentation, RunConfig } from '../../../shared/run.ts';
import type { TermName } from '../../kit/glossary.ts';
import { FIELDS, shownValue } from './fields.ts';

export interface ConfigLine {
  key: string;
  name: string;
  value: string;
  term?: TermName;
}

/** Units that read well behind a number; the others explain a field of the form. */
const COUNTED = new Set(['px', 'pairs', 'epochs']);

/** Everything a run was told, line by line, in words and with units. */
export function configLines(config: RunConfig): ConfigLine[] {
  const values: Record<string, unknown> = { headStart: 'random', ...config };
  const fields = FIELDS.map((field): ConfigLine => {
    const text = shownValue(field, values[field.key]);
    const off = (field.key === 'patience' || field.key === 'plateau' || field.key === 'clipNorm') && values[field.key] === 0;
    return {
      key: field.key,
      name: field.label,
      value: off ? (field.key === 'clipNorm' ? 'no limit' : 'never') : field.unit && COUNTED.has(field.unit) ? `${text} ${field.unit}` : text,
      ...(field.term ? { term: field.term } : {}),
    };
  });
  return [
    { key: 'backbone', name: 'Network', value: backboneName(config.backbone), term: 'Backbone' },
    { key: 'weights', name: 'Started from', value: config.weights?.source ?? 'scratch', term: 'Weights' },
    ...fields,
    { key: 'augmentation', name: 'Images varied', value: augmentationWords(config.augmentation), term: 'Augmentation' },
  ];
}

export function augmentationWords(augmentation: Augmentation | null): string {
  if (augmentation === null) return 'no';
  const { flipHorizontal, flipVertical, rotation, crop, colour } = augmentation;
  const kinds = [
    flipHorizontal ? 'mirrored sideways' : '',
    flipVertical ? 'mirrored upside down' : '',
    rotation > 0 ? `turned up to ${settingText(rotation)}°` : '',
    crop > 0 ? `cropped up to ${percentText(crop)}` : '',
    colour > 0 ? `colours changed, strength ${settingText(colour)}` : '',
  ].filter(Boolean);
  return kinds.join(', ') || 'no';
}

export interface DiffLine extends Omit<ConfigLine, 'value'> {
  values: string[]; // one for each run
  differs: boolean;
}

/** The settings of several runs side by side. */
export function configDiff(configs: readonly RunConfig[]): DiffLine[] {
  const all = configs.map(configLines);
  return (all[0] ?? []).map(({ value: _, ...line }, i) => {
    const values = all.map((lines) => lines[i]!.value);
    return { ...line, values, differs: new Set(values).size > 1 };
  });
}

/** A run's settings as choices of the form, so that it can be trained once more. */
export function choicesOf(config: RunConfig): Record<string, unknown> {
  const { weights, loss: _l, flavour: _f, preprocessing: _p, augmentation, engine: _e, device: _d, ...rest } = config;
  return { headStart: 'random', ...rest, ...(weights ? { weights: weights.source } : {}), ...(augmentation ? { augmentation } : {}) };
}
