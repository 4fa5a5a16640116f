import { describe, expect, test } from 'vitest';
import type { ClassCell } from '../../../src/shared/structure.ts';
import { hasCompute, openTrained } from '../training/test-workbench.ts';

describe.skipIf(!hasCompute)('neighbours and classes of a run (needs the build)', () => {
  test('are measured on demand on the pairs that its metrics are of; a cell’s queue has its pairs', async () => {
    const { app, dataset, run } = await openTrained();
    expect(await app.call('runs.structure', { run })).toBeNull(); // all layers were trained: it would read all images again
    const job = await app.waitForEnd(await app.call('runs.measureStructure', { run }));
    expect(job).toMatchObject({ status: 'done', result: { run } });
    const structure = (await app.call('runs.structure', { run }))!;
    const metrics = (await app.call('runs.metrics', { run, split: 'test' }))!;
    expect(structure).toMatchObject({ pairSet: metrics.pairSet, pairs: metrics.pairs, threshold: metrics.threshold });
    expect(structure.auc.value).toBeCloseTo(metrics.auc, 6);
    const sum = (of: (cell: ClassCell) => number): number => structure.classes.cells.reduce((total, cell) => total + of(cell), 0);
    expect(sum(({ pairs }) => pairs)).toBe(metrics.pairs);
    expect(sum(({ wrong }) => wrong)).toBe(metrics.confusion[0][1] + metrics.confusion[1][0]);
    const counts = await app.call('datasets.counts', { dataset });
    expect(structure.classes.names).toEqual(counts.classes.map(({ className }) => className));
    expect(structure.retrieval.map(({ among, gallery, queries, withoutPositive }) => [among, gallery, queries + withoutPositive])).toEqual([
      ['test', structure.images, structure.images],
      ['all', counts.included, structure.images],
    ]);

    const { a, b, pairs, wrong } = structure.classes.cells.find((cell) => cell.a !== cell.b)!;
    const names: [string, string] = [structure.classes.names[b]!, structure.classes.names[a]!];
    const queue = await app.call('compare.queue', { run, kind: 'hardest', between: { by: 'class', names } });
    expect(queue.total).toBe(pairs);
    expect(queue.pairs.filter(({ correct }) => !correct)).toHaveLength(wrong);
    expect(queue.pairs.map(({ correct }) => correct)).toEqual([...queue.pairs].map((_, i) => i >= wrong)); // wrong ones first
    const rows = await app.call('images.rows', { dataset, ids: queue.pairs.flatMap((pair) => [pair.a, pair.b]) });
    expect(new Set(rows.map(({ className }) => className))).toEqual(new Set(names));

    // Another threshold changes which verdicts are wrong: the old figures are not shown.
    const { calibration } = app.workbench.store.runs.get(run);
    app.workbench.store.runs.update(run, { calibration: { ...calibration!, threshold: calibration!.threshold * 2 } });
    expect(await app.call('runs.structure', { run })).toBeNull();
  });

  test('belong to a set of pairs: after an edit of the data set the run is evaluated on its new pairs first', async () => {
    const { app, dataset, run } = await openTrained();
    const before = app.workbench.store.runs.get(run).metrics.find(({ split }) => split === 'test')!;
    const [test1] = app.workbench.store.datasets.images(dataset).filter(({ split }) => split === 'test');
    await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [test1!.id] } });
    const { pairSet } = await app.workbench.structures.measure(run, { signal: new AbortController().signal });
    expect(pairSet).not.toBe(before.pairSet);
    expect((await app.call('runs.metrics', { run, split: 'test' }))!.pairSet).toBe(pairSet);
  });

  test('a cancelled measurement stores nothing', async () => {
    const { app, run } = await openTrained();
    const controller = new AbortController();
    const measured = app.workbench.structures.measure(run, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(measured).rejects.toMatchObject({ code: 'cancelled' });
    expect(app.workbench.structures.find(run)).toBeNull();
  });

  test('are measured at the end of a training of the head, whose features are cached', async () => {
    const { app, dataset, run } = await openTrained();
    const weights = (await app.waitForEnd(await app.call('runs.export', { run, format: 'safetensors', out: 'trained.safetensors' }))).result![
      'file'
    ]!;
    const job = await app.waitForEnd(
      await app.call('runs.start', { dataset, weights, backbone: 'compact', size: 32, epochs: 1, headStart: 'random' }),
    );
    expect(job.error).toBeNull();
    expect(await app.call('runs.structure', { run: job.result!['run']! })).toMatchObject({ groups: null, limit: {} });
  });
});
