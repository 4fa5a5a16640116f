import { describe, expect, test } from 'vitest';
import { Thresholds } from '../../../src/main/features/evaluation/thresholds.ts';
import type { ModelRef } from '../../../src/main/compute/protocol/protocol.ts';
import { Evaluation } from '../../../src/main/features/evaluation/evaluation.ts';
import type { EvaluationPorts, SplitRows } from '../../../src/main/features/evaluation/ports.ts';
import { packPairs } from '../../../src/main/domain/pairs/packed.ts';
import { imageUnitsOfPairs } from '../../../src/main/domain/evaluate/units.ts';
import { basisText } from '../../../src/shared/threshold-words.ts';
import { similarityOf } from '../../../src/shared/calibration.ts';
import type { Pair } from '../../../src/shared/dataset.ts';
import type { Calibration, Metrics } from '../../../src/shared/run.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { someConfig, someDataset } from '../../db/records.ts';

const VALID = { same: [0.2, 0.4, 0.6, 1.4], different: [0.9, 1.6, 1.8, 2.2] };
const OF_ALL = { same: 4, different: 4 };
const PAIRS = [...VALID.same.map(() => 0 as const), ...VALID.different.map(() => 1 as const)].map((label, i): Pair => ({
  a: i,
  b: (i + 1) % 8,
  label,
}));
const METRICS: Metrics = {
  split: 'test',
  pairs: 2,
  same: 1,
  different: 1,
  auc: 1,
  accuracy: 1,
  threshold: 1,
  confusion: [
    [1, 0],
    [0, 1],
  ],
  eer: 0,
  roc: [
    [0, 0],
    [1, 1],
  ],
};
const OLD: Calibration = { threshold: 1.1, slope: 3 };
const NEW: Calibration = {
  ...{ threshold: 1.2, midpoint: 1.2, slope: 3 },
  fit: { same: 4, different: 4, over: 'images', units: 8, range: [0.2, 2.2], centre: 1, covariance: [1, 0, 1], reliability: null },
};

function open(calibration: Calibration, isEvaluated = true) {
  const store = storeAt(freshWorkspace());
  store.datasets.insert(someDataset());
  const { run } = store.runs.create({ dataset: 'things', snapshot: 's', config: someConfig, versions: {} });
  store.runs.update(run, { status: 'done', calibration, validDistances: VALID, modelSha256: 'm', finishedMs: 1000 });
  if (isEvaluated) store.runs.putMetrics(run, { ...METRICS, threshold: calibration.threshold });
  const thresholds = new Thresholds({
    runs: store.runs,
    thresholds: store.thresholds,
    evaluation: {
      calibrationOf: (record) => record.calibration!,
      distances: () =>
        Promise.resolve({
          pairs: packPairs(PAIRS),
          pairSet: 'today',
          units: imageUnitsOfPairs(PAIRS),
          distances: Float64Array.of(...VALID.same, ...VALID.different),
        }),
    },
  });
  return { store, run, thresholds, calibration: () => store.runs.get(run).calibration! };
}

describe('thresholds of a run', () => {
  test('begin with that of the training, chosen before test figures', () => {
    const { thresholds, run } = open(NEW);
    expect(thresholds.history(run)).toEqual([
      { entry: 1, threshold: 1.2, choice: { rule: 'even' }, reason: '', chosenMs: 1000, testSeen: false, restored: null, chosenOn: OF_ALL },
    ]);
    const old = open(OLD);
    expect(old.thresholds.history(old.run)[0]!.choice).toEqual({ rule: 'balanced' });
  });

  test('are chosen on validation pairs, with rule, reason and what was known; the curve stays', () => {
    const { thresholds, run, calibration, store } = open(NEW);
    thresholds.choose(run, { rule: 'false-same', limit: 0 }, 'no false same');
    expect(calibration()).toEqual({ ...NEW, threshold: 0.75 });
    expect(thresholds.history(run)).toMatchObject([
      {
        entry: 2,
        threshold: 0.75,
        choice: { rule: 'false-same', limit: 0 },
        reason: 'no false same',
        testSeen: true,
        restored: null,
        chosenOn: OF_ALL,
      },
      { entry: 1, threshold: 1.2, choice: { rule: 'even' }, testSeen: false },
    ]);
    expect(store.runs.get(run).metrics[0]!.threshold).toBe(1.2); // test figures keep theirs until they are computed again
    const unseen = open(NEW, false);
    expect(unseen.thresholds.choose(unseen.run, { rule: 'accuracy' }, '').testSeen).toBe(false);
  });

  test('an earlier one is restored as a new entry', () => {
    const { thresholds, run, calibration } = open(NEW);
    thresholds.choose(run, { rule: 'value', threshold: 2 }, 'try');
    thresholds.restore(run, 1);
    expect(calibration().threshold).toBe(1.2);
    expect(thresholds.history(run).map(({ entry, restored }) => [entry, restored])).toEqual([
      [3, 1],
      [2, null],
      [1, null],
    ]);
    expect(() => thresholds.restore(run, 9)).toThrow(/no threshold 9 in its history/);
  });

  test('the curve of an older version does not move with the threshold', () => {
    const { thresholds, run, calibration } = open(OLD);
    thresholds.choose(run, { rule: 'value', threshold: 1.7 }, '');
    expect(calibration()).toEqual({ threshold: 1.7, midpoint: 1.1, slope: 3 });
    expect(similarityOf(1.1, calibration())).toBe(0.5);
  });

  test('a curve of an older version is fitted again at the same threshold, and its rule stays known', async () => {
    const { thresholds, run, calibration, store } = open(OLD);
    await thresholds.fitAgain(run);
    expect(calibration().threshold).toBe(1.1);
    expect(calibration().fit).toMatchObject({ same: 4, different: 4, over: 'images', units: 8 });
    expect(thresholds.history(run)).toMatchObject([{ entry: 1, choice: { rule: 'balanced' }, threshold: 1.1 }]);
    expect(store.runs.get(run).validDistances).toEqual({ ...VALID, pairSet: 'today' });
  });

  test('a threshold states the pairs that its rule was applied to, also after the curve was fitted to others', async () => {
    const { thresholds, run, store } = open(OLD);
    const older = { same: [0.2, 0.4], different: [0.8, 1.6] };
    store.runs.update(run, { validDistances: older });
    thresholds.choose(run, { rule: 'false-same', limit: 0 }, '');
    const of = { same: 2, different: 2 };
    await thresholds.fitAgain(run);
    thresholds.choose(run, { rule: 'accuracy' }, '');
    thresholds.restore(run, 2);
    expect(thresholds.history(run).map(({ entry, chosenOn }) => [entry, chosenOn])).toEqual([
      [4, of],
      [3, { ...OF_ALL, pairSet: 'today' }],
      [2, of],
      [1, of],
    ]);
    const { validDistances, calibration } = store.runs.get(run);
    const [restored] = thresholds.history(run);
    expect(basisText(restored!, older, OLD)).toBeNull();
    expect(basisText(restored!, validDistances!, calibration!)).toBe('on 2 same and 2 different validation pairs of an older version');
  });

  test('belong to a network: training on begins anew', () => {
    const { thresholds, run, store } = open(NEW);
    thresholds.choose(run, { rule: 'value', threshold: 2 }, '');
    store.runs.update(run, { modelSha256: 'other', calibration: { ...NEW, threshold: 1.3 } });
    expect(thresholds.history(run)).toMatchObject([{ entry: 1, threshold: 1.3, choice: { rule: 'even' } }]);
  });

  test('one that is chosen while the curve is fitted again stays', async () => {
    const { thresholds, run, calibration } = open(OLD);
    const fit = thresholds.fitAgain(run);
    thresholds.choose(run, { rule: 'value', threshold: 1.7 }, 'meanwhile');
    await fit;
    expect(calibration().threshold).toBe(1.7);
    expect(thresholds.history(run)[0]).toMatchObject({ entry: 2, threshold: 1.7 });
  });

  test('figures that were computed while another threshold was chosen are computed again', async () => {
    const { thresholds, run, store } = open(NEW);
    const asked: number[] = [];
    const evaluation = new Evaluation({
      ...{ runs: store.runs, pairDistances: store.pairDistances, rootOf: () => '', initialWeights: () => Promise.resolve(null) },
      splitRows: () => Promise.resolve({ images: {}, units: {}, pairs: packPairs(PAIRS), pairSet: 'p', unseen: null } as unknown as SplitRows),
      networks: { refOf: () => ({}) as ModelRef, refuseOutdated: () => undefined },
      caches: { features: '', pixels: '' },
      compute: {
        ask: ((_: string, { calibration }: { calibration: Calibration }) => {
          asked.push(calibration.threshold);
          if (asked.length === 1) thresholds.choose(run, { rule: 'value', threshold: 1.9 }, ''); // in another window
          return Promise.resolve({ metrics: { ...METRICS, split: 'valid', threshold: calibration.threshold }, distances: new Float64Array(8) });
        }) as unknown as EvaluationPorts['compute']['ask'],
      },
    });
    expect(await evaluation.evaluate(run, 'valid')).toMatchObject({ threshold: 1.9 });
    expect(asked).toEqual([1.2, 1.9]);
    expect(store.runs.get(run).metrics.find(({ split }) => split === 'valid')).toMatchObject({ threshold: 1.9 });
  });

  test('without a curve that falls, 50 % is refused and nothing is stored', () => {
    const { thresholds, run, calibration } = open({ ...NEW, slope: -3 });
    expect(() => thresholds.choose(run, { rule: 'even' }, '')).toThrow(/does not fall/);
    expect(calibration().threshold).toBe(1.2);
    expect(thresholds.history(run)).toHaveLength(1);
  });
});
