import { z } from 'zod';
import type { Beside } from '../backbones.ts';
import { RunEncoder } from '../imported-encoder.ts';
import { realNumber, text, wholeNumber } from '../schema-parts.ts';
import { type Augmentation, AUGMENTATION_ENTRIES } from './augmentation.ts';
import type { ChoiceOption, NumberOption, TrainingOption } from './option.ts';
import { RESAMPLINGS } from './resampling.ts';
import { seedsProblem } from './seeds.ts';
import { OPTION_ENTRIES, type OptionName, type OptionValue, TRAINING_OPTIONS, type TrainingOptions } from './table.ts';
import { Flavour, Preprocessing, WeightsInfo } from './weights.ts';

/** The schemas that the contract and the store derive from the table of training options. */

/** The type of a choice in a request. */
type Chosen<K extends OptionName> = TrainingOptions[K] extends { kind: 'weights' | 'pairs' }
  ? string
  : TrainingOptions[K] extends { kind: 'augmentation' }
    ? Augmentation
    : OptionValue<K>;
type OrAuto<K extends OptionName> = Chosen<K> | (TrainingOptions[K] extends { auto: string } ? 'auto' : never);
type Resumable = { [K in OptionName]: TrainingOptions[K] extends { resume: true } ? K : never }[OptionName];

/** The type of a value in the record of a run. */
type Stored<K extends OptionName> = TrainingOptions[K] extends { kind: 'weights' }
  ? z.infer<typeof WeightsInfo> | null
  : TrainingOptions[K] extends { kind: 'augmentation' }
    ? Augmentation | null
    : TrainingOptions[K] extends { kind: 'pairs' }
      ? z.infer<typeof PairsInfo> | null
      : OptionValue<K>;

/** A list of pairs, as stored with its data set. */
const PairsInfo = z.object({ source: z.string(), sha256: z.string(), pairs: z.number() });

const augmentation = z.strictObject(
  Object.fromEntries(AUGMENTATION_ENTRIES.map(([name, change]) => [name, change.kind === 'switch' ? z.boolean() : realNumber(0, change.max)])),
);

function choiceSchema(option: TrainingOption): z.ZodType {
  switch (option.kind) {
    case 'number':
      return (option.range.whole ? wholeNumber : realNumber)(option.range.min, option.range.max);
    case 'choice':
      return z.enum(Object.keys(option.values));
    case 'weights':
      return text('The weights');
    case 'pairs':
      return text('The list of pairs');
    case 'augmentation':
      return augmentation;
  }
}

const choiceOrAuto = (option: TrainingOption): z.ZodType =>
  option.kind === 'choice' && option.auto !== undefined ? z.enum(['auto', ...Object.keys(option.values)]) : choiceSchema(option);

/** Without ranges: a run of an older version may have a value outside today's range. */
function recordSchema(option: TrainingOption): z.ZodType {
  switch (option.kind) {
    case 'number':
      return withLegacyValue(option, z.number());
    case 'choice':
      return withLegacyValue(option, choiceSchema(option));
    case 'weights':
      return WeightsInfo.nullable();
    case 'augmentation':
      return augmentation.nullable();
    case 'pairs':
      return PairsInfo.nullable().default(null);
  }
}

const BesideSchema = z.enum(['patches']).nullable() satisfies z.ZodType<Beside | null>;

/** Fills in the value of runs stored before the option existed. */
const withLegacyValue = ({ legacyValue }: NumberOption | ChoiceOption, schema: z.ZodType): z.ZodType =>
  legacyValue === undefined ? schema : schema.default(legacyValue);

const shapeOf = (schema: (option: TrainingOption) => z.ZodType, which: (option: TrainingOption) => boolean = () => true): z.ZodRawShape =>
  Object.fromEntries(OPTION_ENTRIES.flatMap(([name, option]) => (which(option) ? [[name, schema(option)]] : [])));

/** The seeds of an experiment. Checked as a whole, so that a problem is one of the field, not of a part of it. */
const Seeds = z.array(z.unknown(), 'must be a list').superRefine((seeds, context) => {
  const message = seedsProblem(seeds);
  if (message !== null) context.addIssue({ code: 'custom', message });
}) as unknown as z.ZodType<number[]>;

/** Options of a new run; a missing one gets the default for its kind of training. `seeds`: of an experiment, in place of `seed`. */
export const CHOICES = {
  ...(shapeOf((option) => choiceSchema(option).optional()) as { [K in OptionName]: z.ZodOptional<z.ZodType<Chosen<K>>> }),
  beside: BesideSchema.optional(), // with a backbone other than patches
  [TRAINING_OPTIONS.seed.several.name]: Seeds.optional(),
};

/** Options that a resumed run may change; a missing one keeps its value. */
export const RESUME_CHOICES = shapeOf(
  (option) => choiceOrAuto(option).optional(),
  (option) => option.resume === true,
) as { [K in Resumable]: z.ZodOptional<z.ZodType<OrAuto<K>>> };

/**
 * The configuration of a run. Flavour and preprocessing come from the weights, resampling from the program's version, sample bits from the
 * data set. Unknown fields of other versions are dropped.
 */
export const RunConfig = z.object({
  ...(shapeOf(recordSchema) as { [K in OptionName]: z.ZodType<Stored<K>> }),
  beside: BesideSchema.default(null), // what stands beside the backbone
  encoder: RunEncoder.nullable().default(null), // of the backbone `imported`; its SHA-256 and licence are those of the weights, too
  flavour: Flavour,
  preprocessing: Preprocessing,
  resampling: z.enum(RESAMPLINGS).default('shifted'), // of runs stored before it was recorded
  pairRecipe: z.number().default(1), // PAIR_RECIPE of the validation pairs that the epochs are compared on
  groupName: z.string().nullable().default(null), // of the data set: what its groups are called; null: "group"
  sampleBits: z.number().nullable().default(null), // of the data set: bits that its 16-bit images use; null: all, or as each file says
});
