import { NETWORKS } from '../../../src/shared/backbones.ts';
import { parseEncoderName } from '../../../src/shared/encoder-name.ts';
import type { Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../../src/main/doors/cli/program.ts';
import { chosenOptions } from '../../../src/main/doors/cli/train-options.ts';
import { configFor } from '../../../src/main/features/training/defaults.ts';
import { settingsTables } from '../../../src/main/features/report/sections/settings.ts';
import { configLines } from '../../../src/renderer/features/training/config-words.ts';
import { moreOptions } from '../../../src/renderer/features/training/fields.ts';
import { type BackboneName, BACKBONES } from '../../../src/shared/backbones.ts';
import { ResumeRequest, TrainRequest } from '../../../src/shared/contract.ts';
import { lossInfo, type LossName } from '../../../src/shared/losses.ts';
import type { RunConfig as Config } from '../../../src/shared/run.ts';
import { defaultText, withDefaults } from '../../../src/shared/training-options/defaults.ts';
import type { ChoiceOption, NumberOption, TrainingOption } from '../../../src/shared/training-options/option.ts';
import { RunConfig } from '../../../src/shared/training-options/schemas.ts';
import { choiceValues, OFFERED_OPTIONS, OPTION_ENTRIES, type OptionName } from '../../../src/shared/training-options/table.ts';
import { configText, rangeText } from '../../../src/shared/training-options/words.ts';
import { someConfig } from '../../db/records.ts';

const trainFlags = buildProgram().commands.find((command) => command.name() === 'train')!.options;
const isOffered = (name: OptionName): boolean => OFFERED_OPTIONS.some(([known]) => known === name);
const accepts = (name: OptionName, value: unknown): boolean => TrainRequest.safeParse({ dataset: 'd', [name]: value }).success;
const numbers = OPTION_ENTRIES.filter((entry): entry is [OptionName, NumberOption] => entry[1].kind === 'number');
const choices = OPTION_ENTRIES.filter((entry): entry is [OptionName, ChoiceOption] => entry[1].kind === 'choice');

/** Every kind of training: backbone, scope and start of the head, with weights and from scratch. */
const kinds = choiceValues('backbone').flatMap((backbone) =>
  choiceValues('scope').flatMap((scope) =>
    choiceValues('headStart').flatMap((headStart) => [true, false].map((pretrained) => [{ backbone, scope, headStart }, pretrained] as const)),
  ),
);

describe.each(OPTION_ENTRIES)('the option %s is in', (name, option) => {
  test('the contract, a run’s configuration and nothing else of the kind', () => {
    expect(Object.keys(TrainRequest.shape)).toContain(name);
    expect(Object.keys(RunConfig.shape)).toContain(name);
    expect(name in ResumeRequest.shape).toBe(option.resume === true);
  });
  test('the command line, with label, help, range, values and default', () => {
    const flag: Option | undefined = trainFlags.find(({ flags }) => flags === option.flag);
    if (!flag || !isOffered(name)) {
      expect([flag, isOffered(name)]).toEqual([undefined, false]);
      return;
    }
    expect(flag.description).toContain(`${option.label}. ${option.help}`);
    expect(flag.description).toContain(`default: ${defaultText(option)}`);
    if (option.kind === 'number') expect(flag.description).toContain(rangeText(option));
    if (name === 'backbone') for (const backbone of [...NETWORKS, 'onnx:ID']) expect(flag.description).toContain(backbone);
    else if (option.kind === 'choice') expect(flag.argChoices).toEqual([...(option.auto ? ['auto'] : []), ...Object.keys(option.values)]);
  });
  test('the form, unless it has a special control or none', () => {
    expect(moreOptions(lossFor(option), backboneFor(option)).some(([known]) => known === name)).toBe(option.form === undefined && isOffered(name));
  });
  test('a run’s record and the report, with its value in words', () => {
    const config = { ...someConfig, loss: lossFor(option), ...(option.backbones && { backbone: backboneFor(option) }) };
    const words = configText(name, option, config);
    if (name === 'loss') return; // which is another one for some options
    expect(configLines(config).find(({ key }) => key === name)).toMatchObject({ name: option.label, value: words });
    const page = String(settingsTables(config)).replaceAll('&lt;', '<');
    expect(page).toContain(option.label);
    expect(page).toContain(words);
  });
});

/** A loss that uses the option. */
function lossFor({ uses }: TrainingOption): LossName {
  return uses === undefined || uses(lossInfo('contrastive')) ? 'contrastive' : 'supcon';
}

/** A backbone that has the option. */
const backboneFor = ({ backbones }: TrainingOption): BackboneName => BACKBONES.find((name) => backbones?.(name) ?? true)!;

describe('ranges and defaults agree', () => {
  test.each(numbers)('%s: the schema accepts its bounds and nothing beyond', (name, { range: { min, max, whole } }) => {
    expect([min, max].map((value) => accepts(name, value))).toEqual([true, true]);
    const beyond = [min - (whole ? 1 : min / 2 || 1e-9), max + 1, NaN, Infinity, String(min)];
    expect(beyond.map((value) => accepts(name, value))).toEqual(beyond.map(() => false));
    expect(accepts(name, min + 0.5)).toBe(!whole);
  });
  test.each(choices)('%s: the schema accepts its values and nothing else', (name, { values }) => {
    for (const value of Object.keys(values)) expect(accepts(name, value), value).toBe(true);
    expect([accepts(name, 'auto'), accepts(name, ''), accepts(name, 1)]).toEqual([false, false, false]);
  });
  test('the default of every option is allowed in every kind of training', () => {
    for (const [kind, pretrained] of kinds) {
      const values = withDefaults(kind, pretrained);
      expect(TrainRequest.safeParse({ dataset: 'd', ...values }).error, JSON.stringify([kind, pretrained])).toBeUndefined();
    }
  });
  test('chosen values stay, and the others get the defaults of the kind of training', () => {
    expect(withDefaults({ scope: 'all', lr: 0.5 }, true)).toMatchObject({
      backbone: 'compact',
      headStart: 'probe',
      scope: 'all',
      lr: 0.5,
      epochs: 30,
    });
    expect(withDefaults({ headStart: 'random' }, true)).toMatchObject({ scope: 'head', lr: 1e-3, epochs: 40, batchNorm: 'frozen' });
  });
});

test('the flags of the command line are those that scripts rely on', () => {
  const flags = trainFlags.map(({ long }) => long!.slice(2)).sort();
  const stable =
    'augment backbone batch batch-norm classes-per-step clip-norm device dim embedding engine epochs head-start images-per-class json keep-best loss lr margin negatives optimizer pairs patience plateau pooling resume same scope seed seeds size weight-decay weights workspace';
  expect(flags).toEqual(stable.split(' ').sort());
});

test('typed flags get the contract’s names; others are left out', () => {
  expect(chosenOptions({ headStart: 'probe', augment: { crop: 1 }, lr: 0, json: true })).toEqual({
    headStart: 'probe',
    augmentation: { crop: 1 },
    lr: 0,
  });
});

test('an imported encoder is a backbone and its weights', () => {
  const backbone = parseEncoderName('onnx:vit_s');
  expect(chosenOptions({ backbone, lr: 0.1 })).toEqual({ backbone: 'imported', weights: 'onnx:vit_s', lr: 0.1 });
  expect(chosenOptions({ backbone: parseEncoderName('resnet18'), weights: 'x' })).toEqual({ backbone: 'resnet18', weights: 'x' });
  expect(() => chosenOptions({ backbone, weights: 'x' })).toThrow('onnx:vit_s has its own weights: leave --weights out');
});

describe('a stored configuration', () => {
  test('is what a request without choices becomes', () => {
    const config: Config = configFor({ dataset: 'd' }, null);
    expect(RunConfig.parse(config)).toEqual(config);
  });
  test('of an older version gets missing fields; unknown fields are dropped', () => {
    const { headStart: _h, loss: _l, embedding: _e, classesPerStep: _c, imagesPerClass: _i, ...older } = someConfig;
    expect(RunConfig.parse({ ...older, mixup: 0.2 })).toEqual({ ...someConfig, headStart: 'random', loss: 'contrastive' });
  });
  test('keeps numbers outside today’s ranges', () => {
    expect(RunConfig.parse({ ...someConfig, batch: 5000 })).toMatchObject({ batch: 5000 });
  });
  test('is refused if it is not one', () => {
    expect(RunConfig.safeParse({ ...someConfig, optimizer: 'guess' }).success).toBe(false);
    expect(RunConfig.safeParse({ ...someConfig, epochs: undefined }).success).toBe(false);
  });
});

test.each([
  ['from scratch, 16 for all', 'dim', '16'],
  ['the fastest device', 'device', 'auto'],
  ['by weights', 'scope', 'all from scratch, head with weights'],
  ['by backbone', 'batch', '8 from scratch (16 for larger networks), 16 with weights'],
  ['by scope and loss', 'loss', 'contrastive from scratch; with weights probe (head), contrastive (last-stage, all)'],
  ['for a loss that uses it', 'epochs', '30 from scratch; with weights 40 (head, last-stage), 30 (all)'],
  ['by scope', 'lr', '0.001 from scratch; with weights 0.00001 (head, last-stage), 0.00005 (all)'],
] as const)('a default is described %s', (_, name, words) => {
  expect(defaultText(OPTION_ENTRIES.find(([known]) => known === name)![1])).toBe(words);
});
