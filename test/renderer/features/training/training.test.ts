import { describe, expect, test } from 'vitest';
import { choicesOf, configDiff, configLines } from '../../../../src/renderer/features/training/config-words.ts';
import { type BackboneName, BACKBONES } from '../../../../src/shared/backbones.ts';
import {
  afterBackbone,
  afterLoss,
  choiceProblem,
  defaultWords,
  fieldOption,
  moreOptions,
  withLoss,
  shownValue,
  typedNumber,
} from '../../../../src/renderer/features/training/fields.ts';
import { presetChoices, presetOf, suggestedWeights } from '../../../../src/renderer/features/training/presets.ts';
import { ENCODER_FILE, encoderChoices, encoderValue, weightsWords } from '../../../../src/renderer/features/training/encoders.ts';
import { NEWEST_FIRST, sortByColumn, storedQuery, tableRows, tableRuns } from '../../../../src/renderer/features/training/run-table.ts';
import { resumeChanges, resumeNotes, resumeDevices } from '../../../../src/renderer/features/training/resume-options.ts';
import { curveWarning, resumeStatus, statusSentence } from '../../../../src/renderer/client/run-status.ts';
import { LOSS_INFO, type LossName } from '../../../../src/shared/losses.ts';
import { TrainRequest } from '../../../../src/shared/contract.ts';
import { choicesFor } from '../../../../src/shared/training-options/defaults.ts';
import { statusWord } from '../../../../src/shared/run-words.ts';
import { OFFERED_OPTIONS, OPTION_ENTRIES, TRAINING_OPTIONS } from '../../../../src/shared/training-options/table.ts';
import type { ShelfModel } from '../../../../src/shared/shelf.ts';
import type { RunRow } from '../../../../src/shared/run.ts';
import { someConfig, someExperiment } from '../../../db/records.ts';
import { row, run } from '../../run-rows.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('the form', () => {
  test('has a field for every choice of the contract, each explained', () => {
    const onTop = ['dataset', 'backbone', 'beside', 'weights', 'engine', 'same', 'negatives', 'pairs', 'seeds']; // with special controls
    const offered = new Set<string>(OFFERED_OPTIONS.map(([name]) => name));
    const single = OPTION_ENTRIES.map(([name]) => name).filter((name) => !offered.has(name)); // a choice of one value has no field
    const all = new Map((Object.keys(LOSS_INFO) as LossName[]).flatMap((loss) => moreOptions(loss, 'dinov2_vits14')));
    expect([...all.keys(), ...onTop, ...single].sort()).toEqual(Object.keys(TrainRequest.shape).sort());
    for (const [name, { help }] of all) expect(help.length, name).toBeGreaterThan(10);
  });
  test('shows the options that the chosen loss uses', () => {
    const namesFor = (loss: LossName): Set<string> => new Set(moreOptions(loss, 'compact').map(([name]) => name));
    const shown = (loss: LossName) => ['batch', 'classesPerStep', 'imagesPerClass', 'margin', 'lr'].filter((name) => namesFor(loss).has(name));
    expect(shown('contrastive')).toEqual(['batch', 'margin', 'lr']);
    expect(shown('supcon')).toEqual(['classesPerStep', 'imagesPerClass', 'lr']);
    expect(shown('arcface')).toEqual(['classesPerStep', 'imagesPerClass', 'margin', 'lr']);
    expect(shown('probe')).toEqual([]);
  });
  test('shows pooling for networks with a class token, and forgets it with them', () => {
    const hasPooling = (backbone: BackboneName): boolean => moreOptions('probe', backbone).some(([name]) => name === 'pooling');
    expect(BACKBONES.filter(hasPooling)).toEqual(['dinov2_vits14', 'dinov2_vits14_reg', 'dinov2_vitb14']);
    const choices = { backbone: 'dinov2_vits14', pooling: 'cls', lr: 1 };
    expect(afterBackbone(choices)).toEqual(choices);
    expect(afterBackbone({ ...choices, backbone: 'resnet18' })).toEqual({ backbone: 'resnet18', lr: 1 });
  });
  test('the margin has the unit, the help and the range of the chosen loss, which is explained below the list', () => {
    const field = (loss: LossName) => fieldOption('margin', TRAINING_OPTIONS.margin, loss);
    expect(field('contrastive')).toMatchObject({ quantity: 'distance', help: expect.stringMatching(/^Contrastive loss: the distance/) });
    expect(field('arcface')).toMatchObject({ quantity: 'radians', help: expect.stringMatching(/^ArcFace loss: the angle/), range: { max: 1.57 } });
    expect(configLines({ ...someConfig, loss: 'arcface', margin: 0.5 }).find(({ key }) => key === 'margin')?.value).toBe('0.5 (radians)');
    expect(fieldOption('lr', TRAINING_OPTIONS.lr, 'arcface')).toBe(TRAINING_OPTIONS.lr);
    const losses = fieldOption('loss', TRAINING_OPTIONS.loss, 'triplet');
    expect([losses.help, shownValue(losses, 'triplet')]).toEqual([
      'Triplet loss: keeps images of other classes farther away than those of the own class, by the margin.',
      'Triplet loss', // a closed list cuts longer text
    ]);
  });
  test('names the default of an option also after another value was chosen', () => {
    const { loss, embedding, margin, device } = TRAINING_OPTIONS;
    const config = { ...someConfig, loss: 'arcface', embedding: 'unit', margin: 0.3, device: 'webgpu' } as const;
    expect(defaultWords('loss', loss, config, true)).toBe('Contrastive loss');
    expect(defaultWords('embedding', embedding, config, false)).toBe('Length 1'); // that of the chosen loss
    expect(defaultWords('margin', margin, config, true)).toBe('0.5');
    expect([defaultWords('device', device, config, false), defaultWords('device', device, config, true)]).toEqual(['GPU (WebGPU)', '']);
  });
  test('offers a linear probe and losses over classes only where they can be trained', () => {
    const weights = 'mobilenet_v2_035_224';
    expect(choiceProblem('headStart', 'probe', { weights })).toBeNull();
    expect(choiceProblem('headStart', 'probe', {})).toBe('needs initial weights');
    expect(choiceProblem('headStart', 'probe', { weights, same: 'group' })).toBe('needs same pairs of one class');
    expect(choiceProblem('loss', 'probe', { weights, same: 'pairs' })).toBe('needs same pairs of one class');
    expect([choiceProblem('loss', 'triplet', { same: 'pairs' }), choiceProblem('loss', 'triplet', { same: 'group' })]).toEqual([
      'needs classes or groups',
      null,
    ]);
    expect(choiceProblem('loss', 'contrastive', { same: 'pairs' })).toBeNull();
  });
  test('shows numbers as typed, and choices in words', () => {
    const { lr, scope } = TRAINING_OPTIONS;
    expect([shownValue(lr, 0.1 + 0.2), shownValue(lr, undefined), shownValue(scope, 'head'), shownValue(scope, 'last-stage')]).toEqual([
      '0.3',
      '',
      'Head only (fastest)',
      'Last stage and head',
    ]);
  });
  test('parses numbers as people type them', () => {
    expect(['12', ' 0.001 ', '0,001', '1e-3', '', 'many', '1,2,3'].map(typedNumber)).toEqual([12, 0.001, 0.001, 0.001, undefined, 'many', '1,2,3']);
  });
});

describe('presets', () => {
  const item = (more: Partial<ShelfModel>): ShelfModel => ({
    ...{
      id: 'net',
      source: 'catalogue',
      backbone: 'resnet18',
      title: 'ResNet-18',
      use: '',
      about: '',
      licence: 'MIT',
      licenceUrl: 'https://example.org',
    },
    ...{ host: 'example.org', state: 'absent', bytes: 46_807_446, isEstimate: false, folder: null, usedBy: [], ...more },
  });
  test('choose network, weights and scope, and are recognised from choices', () => {
    for (const preset of ['quick', 'thorough', 'patches', 'scratch'] as const) {
      const choices = presetChoices(preset, item({}));
      expect(presetOf(choices)).toBe(preset);
      expect(TrainRequest.safeParse({ dataset: 'd', ...choices }).success).toBe(true);
    }
    expect(presetChoices('quick', null)).toEqual({ backbone: 'patches' });
  });
  test('suggest weights on this computer, else the smallest download', () => {
    const small = item({ id: 'small', bytes: 9, isEstimate: true });
    const here = item({ id: 'here', state: 'here' });
    const compact = item({ id: 'compact', source: 'none', state: 'here', bytes: 0 });
    expect(suggestedWeights([compact, item({}), small])!.id).toBe('small');
    expect(suggestedWeights([compact, small, here])!.id).toBe('here');
    expect(suggestedWeights([compact])).toBeNull();
  });
  test('the field of the encoder stands for weights of the shelf, a network from scratch or a file', () => {
    const shelf = [item({})];
    const choicesOf = (value: string, now: object): object => encoderChoices(value, shelf, { ...now });
    expect(encoderValue({ weights: 'net' }, shelf[0]!)).toBe('model:net');
    expect(choicesOf('model:net', {})).toEqual({ backbone: 'resnet18', weights: 'net', scope: 'head' });
    expect(choicesOf('model:net', { weights: 'other', scope: 'all' })).toEqual({ backbone: 'resnet18', weights: 'net' });
    const onnx = item({ id: 'onnx:clip', source: 'onnx', backbone: 'imported' });
    expect(encoderChoices('model:onnx:clip', [onnx], { weights: 'net', scope: 'last-stage' })).toMatchObject({ weights: 'onnx:clip', scope: 'head' });
    expect(encoderValue({ backbone: 'resnet50', scope: 'all' }, null)).toBe('scratch:resnet50');
    expect(choicesOf('scratch:resnet50', { weights: 'net' })).toEqual({ backbone: 'resnet50', weights: undefined, scope: 'all' });
    expect(encoderValue({ weights: '/a.safetensors' }, null)).toBe(ENCODER_FILE);
    expect(choicesOf(ENCODER_FILE, { weights: 'net' })).toEqual({ weights: ' ' });
    expect(encoderValue({}, null)).toBe('scratch:compact');
    expect(plain(weightsWords(item({})))).toBe('Downloaded once from example.org (47 MB); no image is sent · MIT');
    expect(weightsWords(item({ state: 'here' }))).toBe('On this computer · MIT');
  });
});

describe('settings of runs', () => {
  test('are listed line by line, with differences marked', () => {
    const lines = configDiff([someConfig, { ...someConfig, epochs: 9, patience: 4 }]);
    expect(lines.filter(({ differs }) => differs).map(({ key, values }) => [key, values])).toEqual([
      ['epochs', ['3 epochs', '9 epochs']],
      ['patience', ['never', '4 epochs']],
    ]);
    expect(configLines(someConfig).find(({ key }) => key === 'weights')!.value).toBe('none');
  });
  test('are valid choices for another training', () => {
    const weights = { source: 'resnet18_tv_in1k', sha256: 'a', flavour: 'torch', preprocessing: someConfig.preprocessing, licence: null } as const;
    const choices = choicesOf({ ...someConfig, weights });
    expect(TrainRequest.parse({ dataset: 'd', ...choices })).toMatchObject({ weights: 'resnet18_tv_in1k', epochs: 3, seed: 7, size: 64 });
  });
});

describe('a linear probe', () => {
  const config = { ...someConfig, loss: 'probe' as const, epochs: 1, dim: 5, headStart: 'probe' as const };
  const probe = run('r1', { config, epochs: [row(1, 0.912)], bestEpoch: 1 });
  test('is copied without the options of steps, so that another loss gets its defaults', () => {
    const choices = choicesOf(config);
    expect(choices).toMatchObject({ loss: 'probe', seed: 7, size: 64 });
    expect(Object.keys(choices).filter((name) => ['epochs', 'dim', 'lr', 'margin', 'headStart', 'embedding'].includes(name))).toEqual([]);
  });
  test('has no epochs in its status', () => {
    expect(plain(statusSentence(probe))).toBe('Done: linear probe in 10 s, validation AUC 0.912.');
    expect(statusSentence({ ...probe, status: 'running', epochs: [] })).toBe('Reading images and fitting the linear probe.');
    expect(statusSentence({ ...probe, status: 'interrupted', epochs: [] })).toBe(
      'Interrupted before the linear probe was finished. Resume starts it again with the same settings.',
    );
    expect(resumeStatus(probe)).toEqual({ can: false, why: 'A linear probe has no epochs to continue.' });
  });
});

describe('the options that a loss uses', () => {
  test('are those that stay when the loss changes', () => {
    const choices = { epochs: 9, margin: 3, imagesPerClass: 4, size: 64, weights: 'w', loss: undefined };
    expect(choicesFor('contrastive', choices)).toEqual({ epochs: 9, margin: 3, size: 64, weights: 'w' });
    expect(choicesFor('supcon', choices)).toEqual({ epochs: 9, imagesPerClass: 4, size: 64, weights: 'w' });
    expect(choicesFor('probe', choices)).toEqual({ size: 64, weights: 'w' });
    expect(afterLoss({ ...choices, loss: 'contrastive' })).toEqual({ epochs: 9, margin: 3, size: 64, weights: 'w', loss: 'contrastive' });
    expect(afterLoss(choices)).toEqual({ size: 64, weights: 'w' }); // the default: a linear probe
    expect(afterLoss({ ...choices, scope: 'all' })).toEqual({ epochs: 9, margin: 3, size: 64, weights: 'w', scope: 'all' });
  });
  test('choose a loss with steps, which is then named', () => {
    expect(withLoss({ epochs: 9, weights: 'w' })).toEqual({ epochs: 9, weights: 'w', loss: 'contrastive' });
    for (const choices of [{ epochs: 9 }, { weights: 'w' }, { epochs: 9, weights: 'w', loss: 'supcon' }, { epochs: 9, weights: 'w', scope: 'all' }])
      expect(withLoss(choices)).toBe(choices);
  });
});

describe('the table of runs', () => {
  const a = run('r1', { epochs: [row(1, 0.7)], bestEpoch: 1, tags: ['Baseline'] });
  const b = run('r2', { epochs: [row(1, 0.9)], bestEpoch: 1, status: 'failed', dataset: 'skin' });
  const c = run('r10', { name: '<b>third</b>' });
  const ids = (query: Partial<typeof NEWEST_FIRST>): string[] => tableRuns([a, b, c], { ...NEWEST_FIRST, ...query }).map((r) => r.run);
  test('sorts by any column; runs without a value are last in either order', () => {
    expect(ids({})).toEqual(['r10', 'r2', 'r1']);
    expect(ids({ column: 'auc', descending: true })).toEqual(['r2', 'r1', 'r10']);
    expect(ids({ column: 'auc', descending: false })).toEqual(['r1', 'r2', 'r10']);
    expect(ids({ column: 'name', descending: false })).toEqual(['r10', 'r1', 'r2']);
  });
  test('filters by words, status and data set', () => {
    expect([ids({ text: 'baseLINE' }), ids({ text: '<B>' }), ids({ status: 'failed' }), ids({ dataset: 'skin' }), ids({ text: 'nothing' })]).toEqual([
      ['r1'],
      ['r10'],
      ['r2'],
      ['r2'],
      [],
    ]);
  });
  test('stored by another version are ignored, as is a data set', () => {
    const stored = { text: 'base', status: 'done', column: 'test', descending: false, dataset: 'skin' };
    expect(storedQuery(stored)).toEqual({ ...stored, dataset: '' });
    expect(storedQuery({ text: 3, status: 'paused', column: 'colour', descending: 'no' })).toEqual(NEWEST_FIRST);
    expect(storedQuery(undefined)).toEqual(NEWEST_FIRST);
  });
  test('a column header reverses the order; numbers start descending', () => {
    const once = sortByColumn(NEWEST_FIRST, 'auc');
    expect(once).toMatchObject({ column: 'auc', descending: true });
    expect(sortByColumn(once, 'auc').descending).toBe(false);
    expect(sortByColumn(once, 'name')).toMatchObject({ column: 'name', descending: false });
  });
});

describe('the table of runs with experiments', () => {
  const seeds = [1, 2].map((seed) => run(`r${seed + 1}`, { experiment: 'e1', config: { ...someConfig, seed }, epochs: [row(1, 0.5)], bestEpoch: 1 }));
  const alone = [run('r1', { epochs: [row(1, 0.7)], bestEpoch: 1, createdMs: 1 }), run('r9', { status: 'failed', createdMs: 9 })];
  const spread = (mean: number) => ({ count: 2, mean, sd: 0.1, range: [mean, mean] as [number, number], interval: [0, 1] as [number, number] });
  const experiment = { ...someExperiment, name: 'Baseline', createdMs: 5, spread: { auc: spread(0.6), validAuc: spread(0.8) } };
  const rows = (query: Partial<typeof NEWEST_FIRST>) =>
    tableRows([...alone, ...seeds], [experiment], { ...NEWEST_FIRST, ...query }).map(
      ({ experiment: of, runs }) => `${of ? `${of.experiment}: ` : ''}${runs.map((one) => one.run).join(' ')}`,
    );
  test('an experiment is one row, sorted by its means and its start; its runs are sorted within it', () => {
    expect(rows({})).toEqual(['r9', 'e1: r3 r2', 'r1']);
    expect(rows({ column: 'auc', descending: true })).toEqual(['e1: r3 r2', 'r1', 'r9']);
    expect(rows({ column: 'name', descending: false })).toEqual(['e1: r2 r3', 'r1', 'r9']);
  });
  test('words of the experiment find all its runs, words of a run that one', () => {
    expect([rows({ text: 'baseline' }), rows({ text: 'seed 2' }), rows({ status: 'failed' }), rows({ text: 'run 3' })]).toEqual([
      ['e1: r3 r2'],
      ['e1: r3'],
      ['r9'],
      ['e1: r3'],
    ]);
  });
  test('a run whose experiment is not loaded yet is a row of its own', () => {
    expect(tableRows(seeds, [], NEWEST_FIRST).map(({ experiment: of }) => of)).toEqual([null, null]);
  });
});

describe('the status of a run', () => {
  const epochs = [row(1, 0.8), row(2, 0.912)];
  test('is one or two sentences', () => {
    expect(statusSentence(run('r1', { status: 'running', epochs, bestEpoch: 2 }))).toBe(
      'Epoch 3 of 10 in progress. Best so far: epoch 2, validation AUC 0.912.',
    );
    expect(plain(statusSentence(run('r1', { epochs, bestEpoch: 2 })))).toBe(
      'Done: 2 of 10 epochs in 10 s. Stopped by itself after epoch 2 of 10. Best: epoch 2, validation AUC 0.912.',
    );
    const fromProbe = {
      config: { ...someConfig, epochs: 40, headStart: 'probe' as const },
      epochs: [1, 2, 3].map((n) => row(n, 0.912)),
      bestEpoch: 1,
    };
    expect(plain(statusSentence(run('r1', fromProbe)))).toBe(
      'Done: 3 of 40 epochs in 10 s. Stopped by itself after epoch 3 of 40, because 2 more epochs brought no better validation AUC. Training added nothing to the linear probe that it started from. Best: epoch 1, validation AUC 0.912.',
    );
    const session = { firstEpoch: 1, engine: 'onnx', device: 'cpu', batch: 8, partPairs: null } as const;
    const stopped = run('r1', { epochs, bestEpoch: 2, sessions: [session, { ...session, stopped: true }] });
    expect(plain(statusSentence(stopped))).toBe(
      'Done: 2 of 10 epochs in 10 s. Stopped by hand after epoch 2 of 10. Best: epoch 2, validation AUC 0.912.',
    );
    expect(statusWord(stopped)).toBe('stopped by hand');
    expect(resumeStatus(stopped)).toEqual({ can: true });
    const broken = run('r1', { status: 'interrupted', epochs, bestEpoch: 2 });
    expect(statusSentence(broken)).toContain('Interrupted after epoch 2 of 10. Nothing is lost: it resumes there');
    expect(statusSentence({ ...broken, stale: true })).not.toContain('resumes'); // it would be refused
    expect(statusSentence({ ...broken, epochs: [] })).toContain('Resume starts it again with the same settings.');
    expect(statusSentence(run('r1', { status: 'failed', error: 'The disk is full.' }))).toBe('Failed: The disk is full.');
  });
  test('decides whether it can resume', () => {
    expect(resumeStatus(run('r1', { status: 'cancelled', epochs }))).toEqual({ can: true });
    expect(resumeStatus(run('r1', { status: 'cancelled', epochs: [] }))).toEqual({ can: true }); // it starts again
    for (const more of [{ status: 'running' }, { stale: true }, { config: { ...someConfig, epochs: 2 } }] satisfies Partial<RunRow>[])
      expect(resumeStatus(run('r1', { status: 'done', epochs, ...more })).can, JSON.stringify(more)).toBe(false);
    expect(resumeStatus(run('r1', { status: 'done', epochs }))).toEqual({ can: false, why: expect.stringContaining('stopped early') });
  });
  test('overfitting gives a warning', () => {
    const learned = [1, 2, 3, 4, 5].map((n) => row(n, 0.7, 0.99));
    expect(curveWarning(run('r1', { epochs: learned, bestEpoch: 2 }))).toContain('Overfitting');
    expect(curveWarning(run('r1', { epochs: [1, 2, 3, 4, 5].map((n) => row(n, 0.9)), bestEpoch: 2 }))).toBeNull();
    const advice = (scope: 'head' | 'last-stage'): string =>
      curveWarning(run('r1', { epochs: learned, bestEpoch: 2, config: { ...someConfig, scope } }))!;
    expect(advice('last-stage')).toMatch(/Try more images, fewer trained layers or augmentation\.$/);
    expect(advice('head')).toMatch(/Import more images\.$/); // no fewer layers are possible, and augmentation needs more of them
  });
});

describe('resuming with changes', () => {
  const check = (engine: 'onnx' | 'tensorflow', device: 'cpu' | 'webgpu' | 'cuda', imagesPerSecond: number | null, ok = true) =>
    ({ engine, device, ok, imagesPerSecond, detail: '', cpuFallbackOps: null }) as const;

  test('offers the current device, the CPU and devices that passed a timed test', () => {
    const config = { ...someConfig, device: 'webgpu' } as const;
    const checks = [
      check('onnx', 'cpu', 100),
      check('onnx', 'cuda', null, false),
      check('tensorflow', 'cpu', null),
      check('tensorflow', 'cuda', 500),
    ];
    expect(resumeDevices(config, checks).map(({ text }) => text)).toEqual(['GPU (WebGPU) (current)', 'CPU', 'NVIDIA GPU (CUDA), TensorFlow']);
    expect(resumeDevices(config, []).map(({ value }) => value)).toEqual(['onnx webgpu', 'onnx cpu']);
  });
  test('changes only what differs, and says what that means', () => {
    const same = resumeChanges(someConfig, { engine: 'onnx', device: 'cpu' }, someConfig.batch);
    expect([same, resumeNotes(someConfig, same)]).toEqual([{}, []]);
    const changes = resumeChanges(someConfig, { engine: 'onnx', device: 'cuda' }, 4);
    expect(changes).toEqual({ engine: 'onnx', device: 'cuda', batch: 4 });
    expect(resumeNotes(someConfig, changes)).toHaveLength(3);
  });
});
