import { z } from 'zod';
import { realNumber, text, wholeNumber } from '../schema-parts.ts';
import { type Augmentation, AUGMENTATION_ENTRIES } from './augmentation.ts';
import type { ChoiceOption, NumberOption, TrainingOption } from './option.ts';
import { OPTION_ENTRIES, type OptionName, type OptionValue, type TrainingOptions } from './table.ts';
import { Flavour, Preprocessing, WeightsInfo } from './weights.ts';

/** The schemas that the contract and the store derive from the table of training options. */

/** As a person chooses it. */
type Chosen<K extends OptionName> = TrainingOptions[K] extends { kind: 'weights' }
  ? string
  : TrainingOptions[K] extends { kind: 'augmentation' }
    ? Augmentation
    : OptionValue<K>;
type OrAuto<K extends OptionName> = Chosen<K> | (TrainingOptions[K] extends { auto: string } ? 'auto' : never);
type Resumable = { [K in OptionName]: TrainingOptions[K] extends { resume: true } ? K : never }[OptionName];

/** As a run stores it. */
type Stored<K extends OptionName> = TrainingOptions[K] extends { kind: 'weights' }
  ? z.infer<typeof WeightsInfo> | null
  : TrainingOptions[K] extends { kind: 'augmentation' }
    ? Augmentation | null
    : OptionValue<K>;

const augmentation = z.strictObject(
  Object.fromEntries(AUGMENTATION_ENTRIES.map(([name, change]) => [name, change.kind === 'switch' ? z.boolean() : realNumber(0, change.max)])),
);

function chosen(option: TrainingOption): z.ZodType {
  switch (option.kind) {
    case 'number':
      return (option.range.whole ? wholeNumber : realNumber)(option.range.min, option.range.max);
    case 'choice':
      return z.enum(Object.keys(option.values));
    case 'weights':
      return text('The weights');
    case 'augmentation':
      return augmentation;
  }
}

const orAuto = (option: TrainingOption): z.ZodType =>
  option.kind === 'choice' && option.auto !== undefined ? z.enum(['auto', ...Object.keys(option.values)]) : chosen(option);

/** Ranges hold where a value is chosen, not where it is read: they may be narrower than those of an older version. */
function stored(option: TrainingOption): z.ZodType {
  switch (option.kind) {
    case 'number':
      return since(option, z.number());
    case 'choice':
      return since(option, chosen(option));
    case 'weights':
      return WeightsInfo.nullable();
    case 'augmentation':
      return augmentation.nullable();
  }
}

/** Values for runs stored before an option existed. */
const since = ({ before }: NumberOption | ChoiceOption, schema: z.ZodType): z.ZodType => (before === undefined ? schema : schema.default(before));

const shapeOf = (schema: (option: TrainingOption) => z.ZodType, which: (option: TrainingOption) => boolean = () => true): z.ZodRawShape =>
  Object.fromEntries(OPTION_ENTRIES.flatMap(([name, option]) => (which(option) ? [[name, schema(option)]] : [])));

/** Options at the start; an option left out gets the default of the kind of training. */
export const CHOICES = shapeOf((option) => chosen(option).optional()) as { [K in OptionName]: z.ZodOptional<z.ZodType<Chosen<K>>> };

/** Options that a resumed run may change; an option left out keeps its value. */
export const RESUME_CHOICES = shapeOf(
  (option) => orAuto(option).optional(),
  (option) => option.resume === true,
) as { [K in Resumable]: z.ZodOptional<z.ZodType<OrAuto<K>>> };

/** The configuration of a run. Flavour and preprocessing follow from the weights. Fields of other versions are dropped. */
export const RunConfig = z.object({
  ...(shapeOf(stored) as { [K in OptionName]: z.ZodType<Stored<K>> }),
  flavour: Flavour,
  preprocessing: Preprocessing,
});
