import { isFitted } from '../backbones.ts';
import { settingText } from '../format.ts';
import { lossInfo, type LossName } from '../losses.ts';
import type { RunConfig } from '../run.ts';
import type { ChoiceOption, NumberOption, TrainingOption } from './option.ts';
import type { TrainingKind } from './kind-options.ts';
import { choiceValues, isUsedBy, OPTION_ENTRIES, type OptionName, type OptionValue, TRAINING_OPTIONS, type TrainingOptions } from './table.ts';

/** A value for each option that has a default. */
export type TrainingValues = { [K in OptionName as TrainingOptions[K] extends { default: unknown } ? K : never]: OptionValue<K> };
type Choices = { [K in keyof TrainingValues]?: TrainingValues[K] | undefined };

/**
 * Fills in missing options by the kind of training. The options that decide the kind come first in the table. `withWeights`: whether initial
 * weights are chosen. A backbone that is fitted to the images is trained like one with weights.
 */
export function withDefaults(choices: Choices, withWeights: boolean): TrainingValues {
  const pretrained = withWeights || isFitted(choices.backbone ?? TRAINING_OPTIONS.backbone.default);
  const stepsChosen = Object.keys(choicesFor('probe', choices)).length < Object.keys(chosen(choices)).length;
  const values: Record<string, unknown> = { pretrained, stepsChosen };
  for (const [name, option] of OPTION_ENTRIES) {
    if ('default' in option) values[name] = (choices as Record<string, unknown>)[name] ?? defaultValue(option, values);
  }
  const { pretrained: _, stepsChosen: __, ...rest } = values;
  return rest as TrainingValues;
}

const chosen = (choices: object): Record<string, unknown> => Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));

/** The chosen options that a loss uses. */
export const choicesFor = (loss: LossName, choices: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(chosen(choices)).filter(([name]) => OPTION_ENTRIES.every(([known, option]) => known !== name || isUsedBy(option, lossInfo(loss)))),
  );

const defaultValue = ({ default: value }: NumberOption | ChoiceOption, kind: object): unknown =>
  typeof value === 'function' ? value(kind as never) : value;

/** What an option of a training would be if it was not chosen. Of an option with `auto`, the computer decides. */
export const defaultFor = (option: NumberOption | ChoiceOption, config: RunConfig): unknown =>
  defaultValue(option, { ...config, pretrained: config.weights !== null || isFitted(config.backbone), stepsChosen: false });

const kindOf = (choices: Choices, pretrained: boolean): TrainingKind => ({ pretrained, stepsChosen: false, ...withDefaults(choices, pretrained) });

/** One of each kind of training; resnet18 represents all backbones except compact and patches. */
const FROM_SCRATCH = kindOf({}, false);
const LARGER_FROM_SCRATCH = kindOf({ backbone: 'resnet18' }, false);
const PRETRAINED = choiceValues('scope').map((scope) => kindOf({ backbone: 'resnet18', scope }, true));
const PRETRAINED_WITH_STEPS = choiceValues('scope').map((scope) => kindOf({ backbone: 'resnet18', scope, loss: 'contrastive' }, true));

/**
 * The default for the help of the command line: "16", or by kind of training "96 from scratch; with weights 288 (head, last-stage), 224 (all)".
 * That of an option which the default loss does not use is for the contrastive loss.
 */
export function defaultText(option: TrainingOption): string {
  if (!('default' in option)) return 'none';
  if (option.kind === 'choice' && option.auto !== undefined) return 'auto';
  const text = (kind: TrainingKind): string => {
    const chosen = defaultValue(option, kind);
    return typeof chosen === 'number' ? settingText(chosen) : String(chosen);
  };
  const [compact, larger] = [text(FROM_SCRATCH), text(LARGER_FROM_SCRATCH)];
  const scratch = compact === larger ? `${compact} from scratch` : `${compact} from scratch (${larger} for larger networks)`;
  const scopes = new Map<string, string[]>();
  for (const kind of isUsedBy(option, lossInfo('probe')) ? PRETRAINED : PRETRAINED_WITH_STEPS)
    scopes.set(text(kind), [...(scopes.get(text(kind)) ?? []), kind.scope]);
  const [only, ...others] = scopes.keys();
  if (others.length === 0) return only === compact && only === larger ? only : `${scratch}, ${only} with weights`;
  return `${scratch}; with weights ${[...scopes].map(([value, names]) => `${value} (${names.join(', ')})`).join(', ')}`;
}
