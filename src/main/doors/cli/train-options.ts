import { existsSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import { type Augmentation, AUGMENTATION_ENTRIES, AUGMENTATION_EXAMPLE, NO_AUGMENTATION } from '../../../shared/training-options/augmentation.ts';
import { NETWORKS } from '../../../shared/backbones.ts';
import { type EncoderName, encoderSource, parseEncoderName } from '../../../shared/encoder-name.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { listText } from '../../../shared/format.ts';
import { isLossName, lossInfo } from '../../../shared/losses.ts';
import { choicesFor, defaultText } from '../../../shared/training-options/defaults.ts';
import type { TrainingOption } from '../../../shared/training-options/option.ts';
import { seedsOf } from '../../../shared/training-options/seeds.ts';
import { OFFERED_OPTIONS, type OptionName, TRAINING_OPTIONS } from '../../../shared/training-options/table.ts';
import { rangeText } from '../../../shared/training-options/words.ts';
import { resolveUserPath, numberOption } from './options.ts';

const { seed } = TRAINING_OPTIONS;

/** The flags of `train`, from the table of training options. */
export const trainOptions = (): Option[] => [
  ...OFFERED_OPTIONS.map(([name, option]) => (name === 'backbone' ? backboneFlag() : flagOf(option))),
  seedsFlag(),
];

const backboneFlag = (): Option => {
  const { flag, label, help, default: standard } = TRAINING_OPTIONS.backbone;
  const names = NETWORKS.join(', ');
  return new Option(
    flag,
    `${label}. ${help} ${names}, or onnx:ID of an imported encoder; patches+NAME has patches beside another one. (default: ${standard})`,
  ).argParser(encoderArgument);
};

const seedsFlag = (): Option => {
  const { flag, label, help, least, most } = seed.several;
  return new Option(flag, `${label}. ${help} (${least} to ${most} seeds)`).argParser((text) => seedsOf(text) ?? []);
};

/** The flags that also change a resumed run, for a sentence. */
export const RESUME_FLAGS = OFFERED_OPTIONS.filter(([, option]) => option.resume)
  .map(([, option]) => nameOf(option))
  .join(', ');

/** The typed values by the options' names in the contract. Options that were not typed are absent. */
export function chosenOptions(typed: Readonly<Record<string, unknown>>): Partial<Record<OptionName | 'seeds', unknown>> {
  const typedValue = (flag: string): unknown => typed[new Option(flag).attributeName()];
  const entries = [
    ...OFFERED_OPTIONS.map(([name, { flag }]) => [name, typedValue(flag)] as const),
    [seed.several.name, typedValue(seed.several.flag)] as const,
  ];
  const { backbone, ...chosen }: Record<string, unknown> = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  return { ...chosen, ...(backbone === undefined ? {} : encoderChoices(backbone as EncoderName, chosen)) };
}

/** The choices that an encoder's name stands for. Throws AppError 'usage' if weights are given for an imported encoder. */
function encoderChoices({ backbone, beside, imported }: EncoderName, { weights }: Record<string, unknown>): Record<string, unknown> {
  const choices = { backbone, ...(beside !== null && { beside }) };
  if (imported === null) return choices;
  const source = encoderSource(imported);
  if (weights === undefined || weights === source) return { ...choices, weights: source };
  throw new AppError('usage', `${source} has its own weights: leave ${nameOf(TRAINING_OPTIONS.weights)} out.`);
}

/** The name of an encoder, as --backbone takes it. */
function encoderArgument(text: string): EncoderName {
  try {
    return parseEncoderName(text);
  } catch (error) {
    throw new InvalidArgumentError(asAppError(error).message);
  }
}

/** Throws AppError 'usage' if options are given that the given loss does not use. */
export function assertUsed(choices: ReturnType<typeof chosenOptions>): void {
  const { loss, seeds: _, ...others } = choices;
  if (!isLossName(loss)) return;
  const used = choicesFor(loss, others);
  const unused = Object.keys(others).filter((name) => !(name in used)) as OptionName[];
  if (unused.length === 0) return;
  const flags = listText(unused.map((name) => nameOf(TRAINING_OPTIONS[name])));
  throw new AppError(
    'usage',
    `The ${lossInfo(loss).label} does not use ${flags}: leave ${unused.length === 1 ? 'it' : 'them'} out, or choose another loss.`,
  );
}

function nameOf({ flag }: TrainingOption): string {
  return flag.split(' ')[0]!;
}

function flagOf(option: TrainingOption): Option {
  const { flag } = option;
  const help = `${option.label}. ${option.help}`;
  const hint = `default: ${defaultText(option)}`;
  switch (option.kind) {
    case 'number':
      return numberOption(flag, `${help} (${rangeText(option)}; ${hint})`);
    case 'choice':
      return new Option(flag, `${help} (${hint})`).choices([...(option.auto === undefined ? [] : ['auto']), ...Object.keys(option.values)]);
    case 'pairs':
      return new Option(flag, `${help} (${hint})`).argParser(resolveUserPath);
    case 'weights':
      return new Option(flag, `${help} (${hint})`).argParser(weightsArgument);
    case 'augmentation':
      return new Option(flag, `${help} Example: ${AUGMENTATION_EXAMPLE} (${hint})`).argParser(augmentationArgument);
  }
}

/** A file, relative to the folder that the command was typed in, else an id of the catalogue. */
function weightsArgument(text: string): string {
  const path = resolveUserPath(text);
  return existsSync(path) ? path : text;
}

function augmentationArgument(text: string): Augmentation {
  const changes: Record<string, boolean | number> = { ...NO_AUGMENTATION };
  for (const part of text.split(',')) {
    const [flag, value] = part.split('=') as [string, string | undefined];
    const [name, change] = AUGMENTATION_ENTRIES.find(([, known]) => known.flag === flag) ?? [];
    if (!name || !change) throw new InvalidArgumentError(`Unknown change "${flag}".`);
    if (change.kind === 'amount' && !Number.isFinite(Number(value))) throw new InvalidArgumentError(`"${part}" is not a number.`);
    changes[name] = change.kind === 'switch' ? true : Number(value);
  }
  return changes as Augmentation;
}
