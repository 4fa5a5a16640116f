import { AppError } from '../../../src/shared/errors.ts';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { computeInProcess, trainingWith } from './training-in-process.ts';
import { readCatalogue } from '../../../src/main/nn/weights/catalogue.ts';
import { type PlanFacts, planTraining, withPairs } from '../../../src/main/features/training/plan.ts';
import { StepMemory } from '../../../src/main/features/models/step-memory.ts';
import { WeightsLibrary } from '../../../src/main/features/models/weights.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { someDataset } from '../../db/records.ts';
import { someEncoder } from '../../shared/an-encoder.ts';

const IMPORTED = someEncoder();
const catalogueFile = resolve('resources', 'weights.json');

const library = new WeightsLibrary({ catalogue: catalogueFile, downloads: '', compute: { ask: () => Promise.reject(new Error('not asked')) } });

function facts(more: Partial<PlanFacts> = {}, datasets = storeAt(freshWorkspace()).datasets): PlanFacts {
  datasets.insert(someDataset());
  return {
    datasets,
    catalogue: readCatalogue(catalogueFile, {}),
    weightsProblem: (path, backbone) => library.problemOf(path, backbone),
    encoder: (id) => {
      if (id !== IMPORTED.id) throw new AppError('not-found', `There is no imported encoder ${id}.`, { field: 'weights' });
      return IMPORTED;
    },
    pairList: (_, list) => {
      if (list !== 'known') throw new AppError('not-found', 'no such list', { field: 'pairs' });
      return { source: 'pairs.csv', sha256: list, pairs: 3 };
    },
    memory: { neededFor: () => null, available: () => 1e9 },
    setting: 'auto',
    devices: null,
    ...more,
  };
}
const messages = (f: PlanFacts, choices: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(planTraining(f, { dataset: 'things', ...choices }).problems.map(({ field, message }) => [field ?? '', message]));

describe('a plan', () => {
  test('fills in defaults and counts the images used', () => {
    const plan = planTraining(facts(), { dataset: 'things', epochs: 7 });
    expect(plan).toMatchObject({ problems: [], images: 10, config: { backbone: 'compact', epochs: 7, weights: null }, device: { device: 'cpu' } });
    expect(plan.request).toEqual({ dataset: 'things', epochs: 7, engine: 'onnx', device: 'cpu' });
  });
  test('warns of what will make the figures doubtful: the data set’s warnings and too few pairs', () => {
    const plan = planTraining(facts(), { dataset: 'things' });
    const { warnings, pairs } = facts().datasets.get('things');
    expect(plan.warnings.slice(0, warnings.length)).toEqual(warnings);
    for (const [split, name] of [
      ['valid', 'validation'],
      ['test', 'test'],
    ] as const)
      expect(plan.warnings.some((text) => text.includes(` only ${pairs[split]} ${name} pair`))).toBe(pairs[split] > 0 && pairs[split] < 100);
    expect(planTraining(facts(), { dataset: 'nothing' }).warnings).toEqual([]);
  });
  test('refuses steps that need more memory than the computer has, with the figures', () => {
    const memory = new StepMemory();
    const withMemory = (available: number) => facts({ memory: { neededFor: (config) => memory.neededFor(config), available: () => available } });
    const large = { backbone: 'dinov2_vitb14', size: 518, batch: 16, batchNorm: 'frozen' };
    expect(messages(withMemory(24e9), large)).toEqual({
      batch:
        'Training steps need about 55\u00a0GB of memory, and this computer has 24\u00a0GB: choose fewer pairs per step, smaller images, fewer trained layers or another network.',
    });
    expect(messages(withMemory(64e9), large)).toEqual({});
    expect(messages(withMemory(24e9), { ...large, size: 224, batch: 4 })).toEqual({});
    expect(messages(withMemory(1e8), { loss: 'supcon' })).toEqual({ classesPerStep: expect.stringContaining('fewer classes per step') as string });
    expect(messages(withMemory(1e6), { weights: 'resnet18_tv_in1k', backbone: 'resnet18' })).toEqual({}); // a head alone
    expect(memory.available()).toBeGreaterThan(1e8);
  });
  test('a training that was not planned is refused for lack of memory, too', async () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    store.datasets.insert(someDataset());
    const started = trainingWith(computeInProcess, store, workspace).start(
      { dataset: 'things', backbone: 'dinov2_vitb14', size: 518, batch: 4096 },
      {},
    );
    await expect(started).rejects.toMatchObject({ code: 'bad-request', details: { field: 'batch' } });
    expect(store.runs.list()).toEqual([]);
  });
  test('reports all problems at once, by field', () => {
    const found = messages(facts(), {
      epochs: 0,
      batch: 2.5,
      lr: 'quick',
      augmentation: { flipHorizontal: true, flipVertical: false, rotation: 0, crop: 0.9, colour: 0 },
    });
    expect(found).toEqual({
      epochs: 'must be at least 1',
      batch: 'must be a whole number',
      lr: 'must be a number',
      'augmentation.crop': 'must be at most 0.5',
    });
    expect(planTraining(facts(), { dataset: 'things', epochs: 0 })).toMatchObject({ request: null, config: null });
  });
  test('conflicting choices are reported at the field to change', () => {
    expect(messages(facts(), { scope: 'head' })).toEqual({ weights: expect.stringContaining('need trained weights') as string });
    expect(messages(facts(), { size: 16, backbone: 'resnet18' })).toEqual({ size: expect.stringContaining('at least 32 px') as string });
    expect(messages(facts(), { weights: 'resnet18_tv_in1k', backbone: 'resnet50' })).toEqual({
      weights: 'These weights are for ResNet-18, not for ResNet-50.',
    });
    expect(planTraining(facts(), { dataset: 'things', weights: 'resnet18_tv_in1k', backbone: 'resnet50' }).problems[0]!.fix).toEqual({
      text: 'Use ResNet-18',
      choices: { backbone: 'resnet18' },
    });
    expect(messages(facts(), { weights: ' ' })).toEqual({ weights: 'Choose a weights file.' });
    expect(messages(facts(), { weights: '/nowhere/net.safetensors' })).toEqual({ weights: expect.stringContaining('File not found') as string });
  });
  test('an imported encoder trains a head alone, at a size that it reads, by its own preprocessing', () => {
    const choices = { backbone: 'imported', weights: 'onnx:vit_s' };
    expect(planTraining(facts(), { dataset: 'things', ...choices })).toMatchObject({
      problems: [],
      config: {
        ...{ scope: 'head', loss: 'probe', size: 224, preprocessing: IMPORTED.preprocessing },
        weights: { source: 'onnx:vit_s', sha256: IMPORTED.sha256, licence: 'Apache-2.0' },
        encoder: { id: 'vit_s', output: IMPORTED.output },
      },
    });
    expect(messages(facts(), { ...choices, weights: 'vit_s' })).toEqual({});
    expect(messages(facts(), { ...choices, size: 225 })).toEqual({ size: expect.stringContaining('choose 224 or 238 px') as string });
    expect(messages(facts(), { ...choices, scope: 'all' })).toEqual({ scope: expect.stringContaining('only the head can be trained') as string });
    expect(messages(facts(), { ...choices, engine: 'tensorflow' })).toEqual({ engine: expect.stringContaining('ONNX Runtime') as string });
    expect(messages(facts(), { ...choices, weights: 'onnx:gone' })).toEqual({ weights: 'There is no imported encoder gone.' });
    expect(messages(facts(), { backbone: 'imported' })).toEqual({ weights: expect.stringContaining('Choose an imported encoder') as string });
  });
  test('same group needs groups with several images, a random head and no linear probe', () => {
    const { datasets } = storeAt(freshWorkspace());
    const withGroups = facts({}, datasets);
    for (const [name, groups] of [
      ['Flats', 4],
      ['Singles', 12],
      ['One', 1],
    ] as const)
      datasets.insert(someDataset({ name, snapshot: name, groups, groupName: 'flat' }));
    expect(messages(withGroups, { same: 'group' })).toEqual({ same: expect.stringContaining('has no groups') as string });
    expect(messages(withGroups, { dataset: 'flats', same: 'group' })).toEqual({});
    expect(messages(withGroups, { dataset: 'singles', same: 'group' })).toEqual({
      same: expect.stringContaining('Each flat of "Singles" has one image') as string,
    });
    expect(messages(withGroups, { dataset: 'one', same: 'group' })).toEqual({ same: expect.stringContaining('are of one flat') as string });
    expect(messages(withGroups, { dataset: 'flats', negatives: 'mixed' })).toEqual({
      negatives: expect.stringContaining('need same pairs of one group') as string,
    });
    const pretrained = { dataset: 'flats', same: 'group', weights: 'resnet18_tv_in1k', backbone: 'resnet18' };
    expect(planTraining(withGroups, pretrained)).toMatchObject({ problems: [], config: { headStart: 'random', lr: 1e-3 } });
    expect(messages(withGroups, { ...pretrained, headStart: 'probe' })).toEqual({ headStart: expect.stringContaining('learns classes') as string });
  });
  test('pairs of a file need the file, its data set and a loss of pairs', () => {
    expect(planTraining(facts(), { dataset: 'things', pairs: 'known' })).toMatchObject({
      problems: [],
      config: { same: 'pairs', headStart: 'random', pairs: { source: 'pairs.csv', sha256: 'known', pairs: 3 } },
    });
    expect(messages(facts(), { same: 'pairs' })).toEqual({ pairs: 'Choose a file of pairs.' });
    expect(messages(facts(), { same: 'class', pairs: 'known' })).toEqual({ pairs: expect.stringContaining('is used only if') as string });
    expect(messages(facts(), { pairs: 'unknown' })).toEqual({ pairs: 'no such list' });
    expect(messages(facts(), { pairs: 'known', loss: 'triplet' })).toEqual({
      loss: expect.stringContaining('choose the contrastive loss') as string,
    });
  });
  test('the pairs that will be trained and evaluated on are counted, not those of classes', () => {
    const { datasets } = storeAt(freshWorkspace());
    const withGroups = facts({}, datasets);
    datasets.insert(someDataset({ name: 'Flats', snapshot: 'f', groups: 4, groupName: 'flat', pairs: { train: 0, valid: 0, test: 0 } }));
    const draft = planTraining(withGroups, { dataset: 'flats', same: 'group' });
    expect(draft.problems).toEqual([]);
    const good = { formsPairs: true, valid: { same: 60, different: 60 }, test: { same: 30, different: 30 } };
    const planned = withPairs(draft, good);
    expect(planned).toMatchObject({ problems: [], request: { same: 'group' } });
    expect(planned.warnings.filter((text) => text.includes('pairs'))).toEqual([expect.stringContaining('There are only 60 test pairs')]);
    expect(withPairs(draft, { ...good, valid: { same: 0, different: 60 } })).toMatchObject({
      request: null,
      problems: [
        {
          field: 'same',
          message:
            "The validation images of Flats don't form both same and different pairs, so the best epoch can't be chosen. At least two of them must be of the same flat, and two of different flats.",
        },
      ],
    });
    const listed = planTraining(facts(), { dataset: 'things', pairs: 'known' });
    expect(withPairs(listed, { ...good, formsPairs: false }).problems).toEqual([
      { field: 'pairs', message: expect.stringContaining('The file must list same and different pairs of two training images.') as string },
    ]);
    expect(withPairs(listed, { ...good, test: { same: 4, different: 0 } }).warnings.at(-1)).toBe(
      'The test images form 4 same and 0 different pairs: figures need both, so the run will have none on test pairs.',
    );
  });
  test('several seeds of a linear probe, which hardly depends on them, are warned of', () => {
    const warningsOf = (choices: object): string[] =>
      planTraining(facts(), { dataset: 'things', weights: 'resnet18_tv_in1k', backbone: 'resnet18', ...choices }).warnings;
    const said = expect.stringContaining('several seeds show no spread') as string;
    expect(warningsOf({ seeds: [1, 2, 3] })).toContainEqual(said);
    expect(warningsOf({ seeds: [1, 2, 3], loss: 'contrastive' })).not.toContainEqual(said);
    expect(warningsOf({ seed: 3 })).not.toContainEqual(said);
  });
  test('a training without same pairs of a group is refused before there is a run', async () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    store.datasets.insert(someDataset({ groups: 4, groupName: 'flat' })); // that no two images of a split share
    const started = trainingWith(computeInProcess, store, workspace).start({ dataset: 'things', same: 'group' }, {});
    await expect(started).rejects.toMatchObject({ code: 'bad-dataset', message: expect.stringContaining('of the same flat') as string });
    expect(store.runs.list()).toEqual([]);
  });
  test('a text file is refused as weights before the start, whatever its name', () => {
    const { folder } = freshWorkspace();
    for (const name of ['notes.txt', 'notes.safetensors', 'notes.json']) {
      const weights = join(folder, name);
      writeFileSync(weights, 'A text of some length, which holds no weights.');
      expect(Object.keys(messages(facts(), { weights })), name).toEqual(['weights']);
    }
    const weights = join(folder, 'package.json');
    writeFileSync(weights, '{ "name": "a JSON file of something else" }');
    expect(Object.keys(messages(facts(), { weights }))).toEqual(['weights']);
  });
  test('weights of the catalogue are planned without a download', () => {
    const plan = planTraining(facts(), { dataset: 'things', backbone: 'resnet18', weights: 'resnet18_tv_in1k' });
    expect(plan).toMatchObject({ problems: [], config: { weights: { source: 'resnet18_tv_in1k', licence: 'BSD-3-Clause' }, flavour: 'torch' } });
  });
  test('an unknown data set, or one without validation pairs, is a problem of the data set', () => {
    expect(messages(facts(), { dataset: 'nothing' })).toEqual({ dataset: expect.stringContaining('There is no data set "nothing"') as string });
    const { datasets } = storeAt(freshWorkspace());
    const empty = facts({}, datasets);
    datasets.insert(someDataset({ name: 'Empty', snapshot: 'e', pairs: { train: 0, valid: 0, test: 0 } }));
    expect(messages(empty, { dataset: 'empty' })).toEqual({ dataset: expect.stringContaining('no validation pairs') as string });
  });
  test('a device that failed its check is refused; the chosen one is part of the request', () => {
    const check = { engine: 'onnx', device: 'cuda', ok: false, imagesPerSecond: null, cpuFallbackOps: null, detail: 'no library' } as const;
    const devices = {
      checkedMs: 1,
      checks: [check, { engine: 'onnx', device: 'webgpu', ok: true, imagesPerSecond: 4000, cpuFallbackOps: null, detail: '' } as const],
    };
    expect(messages(facts({ devices }), { device: 'cuda' })).toEqual({ device: expect.stringContaining('no library') as string });
    expect(messages(facts({ devices, setting: 'cuda' }), {})).toEqual({ device: expect.stringContaining('no library') as string });
    expect(planTraining(facts({ devices }), { dataset: 'things' }).request).toMatchObject({ device: 'webgpu' });
  });
});
