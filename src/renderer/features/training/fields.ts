import { type BackboneName, BACKBONES, isFitted } from '../../../shared/backbones.ts';
import { sentenceCase } from '../../../shared/format.ts';
import { isLossName, type LossName, lossInfo } from '../../../shared/losses.ts';
import type { RunConfig } from '../../../shared/run.ts';
import { choicesFor, defaultFor, withDefaults } from '../../../shared/training-options/defaults.ts';
import type { ChoiceOption, NumberOption, TrainingOption } from '../../../shared/training-options/option.ts';
import { isOptionOf, OFFERED_OPTIONS, OPTION_ENTRIES, type OptionName, TRAINING_OPTIONS } from '../../../shared/training-options/table.ts';

/** The options under "More settings" that a loss and a backbone have; the others have a control above it, or none. */
export const moreOptions = (loss: LossName, backbone: BackboneName): typeof OFFERED_OPTIONS =>
  OFFERED_OPTIONS.filter(([, option]) => option.form === undefined && isOptionOf(option, { loss, backbone }));

const TOP: ReadonlySet<string> = new Set(['', 'dataset', ...OPTION_ENTRIES.flatMap(([name, { form }]) => (form === 'top' ? [name] : []))]);

/** Whether the field of a problem is under "More settings". */
export const isMoreOption = (field: string): boolean => !TOP.has(field);

/** The options that a preset chooses. They are never marked as changed, and a reset leaves them. */
const PRESET_OPTIONS: ReadonlySet<string> = new Set<OptionName>(['backbone', 'weights', 'scope']);
export const isPresetOption = (name: string): boolean => PRESET_OPTIONS.has(name);

type FormChoices = Readonly<Record<string, unknown>>;

const lossOf = (choices: FormChoices): LossName =>
  isLossName(choices['loss']) ? choices['loss'] : withDefaults(choices, choices['weights'] !== undefined).loss;

/** The choices after another loss was chosen: options that it does not use have no field then. Without a loss the default is meant, without them. */
export const afterLoss = (choices: FormChoices): Record<string, unknown> =>
  choicesFor(lossOf(choices['loss'] === undefined ? choicesFor('probe', choices) : choices), choices);

export const backboneOf = (choices: FormChoices): BackboneName =>
  BACKBONES.find((name) => name === choices['backbone']) ?? TRAINING_OPTIONS.backbone.default;

/** The choices after another backbone was chosen: options that it does not have have no field then. */
export const afterBackbone = (choices: FormChoices): Record<string, unknown> => {
  const backbone = backboneOf(choices);
  const missing = new Set<string>(OPTION_ENTRIES.flatMap(([name, { backbones }]) => (backbones?.(backbone) === false ? [name] : [])));
  return Object.fromEntries(Object.entries(choices).filter(([name]) => !missing.has(name)));
};

/** Names the loss where options of training steps choose another one than the default: the field of the loss would show the default. */
export function withLoss(choices: FormChoices): FormChoices {
  const loss = lossOf(choices);
  return loss === lossOf(choicesFor('probe', choices)) ? choices : { ...choices, loss };
}

/** An option as its field shows it: the margin as it is for a loss, and below the losses what the chosen one does. */
export function fieldOption(name: OptionName, option: TrainingOption, loss: LossName): TrainingOption {
  const { margin, label, note } = lossInfo(loss);
  if (name === 'loss' && option.kind === 'choice') {
    const values = Object.fromEntries(Object.entries(option.values).map(([value, words]) => [value, { label: words.label }]));
    return { ...option, values, help: `${sentenceCase(label)}: ${note}.` };
  }
  if (name !== 'margin' || option.kind !== 'number' || margin === null) return option;
  const largest = margin.unit === 'radians' ? LARGEST_ANGLE : option.range.max;
  return { ...option, quantity: margin.unit, help: `${sentenceCase(label)}: ${margin.help}.`, range: { ...option.range, max: largest } };
}

const LARGEST_ANGLE = 1.57; // radians; a margin must be below π/2

/** Why a training with these choices can't have this value of an option, in a few words; null if it can. */
export function choiceProblem(name: OptionName, value: string, choices: Readonly<Record<string, unknown>>): string | null {
  const { same = 'class', weights } = choices;
  const fitted = isFitted(backboneOf(choices));
  if (name === 'scope' && fitted && value !== 'head') return 'its layers are not trained';
  const isProbe = (name === 'headStart' || name === 'loss') && value === 'probe';
  if (isProbe && same !== 'class') return 'needs same pairs of one class';
  if (isProbe && weights === undefined && !fitted) return 'needs initial weights';
  if (name === 'loss' && same === 'pairs' && isLossName(value) && lossInfo(value).samples === 'labelled') return 'needs classes or groups';
  return null;
}

/** The default of an option in the form. `isChosen`: the configuration has another value, which a person chose. */
export function defaultWords(name: OptionName, option: NumberOption | ChoiceOption, config: RunConfig, isChosen: boolean): string {
  if (isChosen && option.kind === 'choice' && option.auto !== undefined) return '';
  const value = isChosen ? defaultFor(option, config) : config[name];
  return option.kind === 'choice' ? sentenceCase(option.values[String(value)]?.label ?? '') : shownValue(option, value);
}

/** Text of a default or chosen value in the form. */
export function shownValue(option: TrainingOption, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (option.kind === 'choice') return choiceText(option.values[String(value)]) ?? String(value);
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);
}

/** A choice with its note: "Head only (fastest)". */
export const choiceText = (value: { label: string; note?: string } | undefined): string | undefined =>
  value && (value.note === undefined ? sentenceCase(value.label) : `${sentenceCase(value.label)} (${value.note})`);

/** Parses typed text. Empty means the default; a decimal comma is accepted; other text is returned, so that validation rejects it. */
export function typedNumber(text: string): number | string | undefined {
  const plain = text.trim().replace(/^(-?\d*),(\d+)$/, '$1.$2');
  if (plain === '') return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : plain;
}
