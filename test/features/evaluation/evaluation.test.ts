import { expect, test } from 'vitest';
import type { ComputeHost } from '../../../src/main/compute/host/compute-host.ts';
import { curatedStore } from '../../../src/main/features/dataset/curated.ts';
import { Importer } from '../../../src/main/features/dataset/import.ts';
import { Evaluation } from '../../../src/main/features/evaluation/evaluation.ts';
import { pairKey } from '../../../src/main/features/evaluation/pair-key.ts';
import { RunComparisons } from '../../../src/main/features/evaluation/run-comparisons.ts';
import { aucOf } from '../../../src/main/domain/evaluate/roc.ts';
import { SAME_CLASS } from '../../../src/shared/pair-relation.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { CLI, drawColours, hasBuild, scratch } from '../../doors/cli/kit.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { computeInProcess, evaluationPorts, trainingWith } from '../training/training-in-process.ts';

const { signal } = new AbortController();

test.skipIf(!hasBuild)(
  'runs are evaluated beside their untrained networks, and compared on the pairs that they share (needs the build)',
  async () => {
    process.argv[1] = CLI; // the thread that reads images is found beside the program
    const workspace = freshWorkspace();
    const store = curatedStore(storeAt(workspace));
    const asked: string[] = [];
    const compute = {
      ...computeInProcess,
      ask: (call: never, args: never, o: never) => (asked.push(call), computeInProcess.ask(call, args, o)),
    } as unknown as ComputeHost;
    const training = trainingWith(compute, store, workspace);
    const ports = evaluationPorts(compute, store, workspace);
    const evaluation = new Evaluation(ports);
    const comparisons = new RunComparisons(ports, evaluation);
    const folder = scratch('colours');
    await drawColours(folder, 12);
    const { dataset } = await new Importer(store, compute).import({ folder, name: 'colours' }, {});
    const train = async (more: object): Promise<string> =>
      (await training.start({ dataset, size: 16, batch: 6, epochs: 1, seed: 3, device: 'cpu', ...more }, {})).run;
    const timesAsked = (call: string): number => asked.splice(0).filter((name) => name === call).length;
    const [first, second, third] = [await train({}), await train({ lr: 1e-5 }), await train({ dim: 4 })];

    const metrics = await evaluation.evaluateBoth(first);
    expect(timesAsked('untrainedDistances')).toBe(1); // on test pairs only
    const [test, valid] = ['test', 'valid'].map((split) => store.runs.get(first).metrics.find((m) => m.split === split)!);
    expect(test).toEqual(metrics);
    expect(valid?.intervals).toMatchObject({ over: 'images' });
    expect(valid).not.toHaveProperty('baseline');
    const baseline = metrics.baseline as Exclude<typeof metrics.baseline, { problem: string } | undefined>;
    expect(baseline.drawn).toBe(true);
    expect(baseline.gain.value).toBeCloseTo(metrics.auc - baseline.auc, 12);

    // Nothing is stored of the others, so the first one has nobody to be compared with.
    const [unevaluated] = await comparisons.differences([first, second], signal);
    expect(unevaluated).toEqual({ run: second, comparison: null, problem: 'Run 2 is not evaluated on test pairs.', evaluate: [second] });

    // Same seed and backbone: the untrained network is the same one, whatever is trained of it.
    const other = await evaluation.evaluateBoth(second);
    expect(other.baseline).toMatchObject({ auc: baseline.auc });
    expect(timesAsked('untrainedDistances')).toBe(0);
    store.pairDistances.put({ run: third, modelSha256: 'x' }, 'other', new Float64Array(1)); // replaced below
    const comparison = await comparisons.compare(first, third, { signal });
    expect(store.runs.get(third).metrics.find((m) => m.split === 'test')!.baseline).toMatchObject({ auc: baseline.auc });
    expect(store.pairDistances.get({ run: third, modelSha256: 'x' }, 'other')).toBeNull();
    expect(comparison.auc[0]).toBe(metrics.auc);
    expect(comparison.difference.value).toBeCloseTo(comparison.auc[0] - comparison.auc[1], 12);

    // The stored distances are those of the metrics, and the comparison on the screen reads them.
    const rows = await ports.splitRows(dataset, 'test', SAME_CLASS);
    const distances = store.pairDistances.get({ run: first, modelSha256: store.runs.get(first).modelSha256! }, pairKey(rows))!;
    expect(
      aucOf(
        distances,
        rows.pairs.filter((_, i) => i % 3 === 2),
      ),
    ).toBe(metrics.auc);
    asked.length = 0;
    const differences = await comparisons.differences([third, first, second], signal);
    expect(differences.map(({ run }) => run)).toEqual([first, second]);
    expect(differences[0]!.comparison).toEqual(comparison);
    expect(asked).toEqual(['compareOnPairs']); // the other one is known

    // What no evaluation can help is refused before one.
    const { config } = store.runs.get(second);
    store.runs.update(second, { config: { ...config, same: 'group' }, metrics: [] });
    asked.length = 0;
    await expect(comparisons.compare(first, second, { signal })).rejects.toThrow(/They mean different things by “same”/);
    await expect(comparisons.compare(first, first, { signal })).rejects.toThrow('Run 1 can’t be compared with itself. Name another run.');
    expect(asked).toEqual([]);
    store.runs.update(second, { config, metrics: [other] });

    // An edit changes pairs and snapshot: figures of before and after are not compared.
    store.curation.apply(dataset, { kind: 'exclude', ids: [rows.pairs[0]!] });
    expect(await comparisons.differences([first, second], signal)).toMatchObject([{ comparison: null, evaluate: [second, first] }]);
    await evaluation.evaluateBoth(first);
    const [apart] = await comparisons.differences([first, second], signal);
    expect(apart).toMatchObject({ comparison: null, problem: 'They were evaluated on different test pairs.' });
    const cancelled = AbortSignal.abort(new AppError('cancelled', 'Cancelled.'));
    await expect(comparisons.compare(first, second, { signal: cancelled })).rejects.toMatchObject({ code: 'cancelled' });
  },
);

test.skipIf(!hasBuild)(
  'a run whose initial weights are gone is evaluated, with the reason in place of the untrained network (needs the build)',
  async () => {
    process.argv[1] = CLI;
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    const folder = scratch('colours');
    await drawColours(folder, 12);
    const { dataset } = await new Importer(store, computeInProcess).import({ folder, name: 'colours' }, {});
    const { run } = await trainingWith(computeInProcess, store, workspace).start(
      { dataset, size: 16, batch: 6, epochs: 1, seed: 3, device: 'cpu' },
      {},
    );
    const missing = new AppError('not-found', 'Weights file not found: w.safetensors.');
    const evaluation = new Evaluation({ ...evaluationPorts(computeInProcess, store, workspace), initialWeights: () => Promise.reject(missing) });
    const metrics = await evaluation.evaluate(run, 'test');
    expect(metrics.baseline).toEqual({ problem: missing.message });
    expect(metrics.intervals).toBeDefined();
  },
);
