import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { betterWay } from '../../../src/shared/encoder-comparison.ts';
import { hasCompute, openTrained, type TestWorkbench } from '../training/test-workbench.ts';

/** Exports the network of a run as weights, for a frozen encoder. */
const exportWeights = async (app: TestWorkbench, run: string): Promise<string> =>
  (await app.waitForEnd(await app.call('runs.export', { run, format: 'safetensors', out: 'trained.safetensors' }))).result!['file']!;

describe.skipIf(!hasCompute)('encoders compared on validation pairs (needs the build)', () => {
  test('have the figures of a training with the same encoder; one that fails has its reason, and features are cached', async () => {
    const { app, dataset, run } = await openTrained();
    const query = { dataset };
    expect(await app.call('encoders.latest', query)).toBeNull();
    const weights = await exportWeights(app, run);
    const encoders = [`compact=${weights}`, 'compact=none', 'resnet18=missing.safetensors'];
    const job = await app.waitForEnd(await app.call('encoders.compare', { ...query, encoders }));
    expect(job).toMatchObject({ status: 'done', subject: dataset, error: null });
    const first = (await app.call('encoders.latest', query))!;
    expect(job.result).toEqual({ encoders: first.comparison });
    expect(first).toMatchObject({ stale: false, relation: { same: 'class' }, comparisons: 3 });
    const [trained, random, missing] = first.encoders;
    expect(missing).toMatchObject({ figures: { plain: null, probe: null }, problem: 'Weights file not found: missing.safetensors.' });
    expect(random).toMatchObject({ weights: null, weightsSha256: null, problem: null });
    expect(trained!.time).toMatchObject({ again: true }); // so few images are not enough to time
    expect(trained).toMatchObject({ bytes: statSync(weights).size, onDisk: true });
    expect(random).toMatchObject({ bytes: 4 * 51_312, onDisk: false });
    expect(first.encoders[first.best!.position]!.figures[first.best!.way]!.behind).toBeNull();

    // A linear probe on the same frozen backbone.
    const training = await app.waitForEnd(await app.call('runs.start', { dataset, weights, backbone: 'compact', scope: 'head' }));
    const probed = app.workbench.store.runs.get(training.result!['run']!);
    expect(probed.config).toMatchObject({ loss: 'probe', size: trained!.size });
    expect(trained!.weightsSha256).toBe(probed.config.weights!.sha256);
    expect(trained!.figures.probe!.auc.value).toBeCloseTo(probed.epochs[0]!.aucValid, 6);
    await app.waitForEnd(await app.call('runs.evaluate', { run: probed.run, split: 'valid' }));
    const valid = app.workbench.store.runs.get(probed.run).metrics.find(({ split }) => split === 'valid')!;
    expect(trained!.figures.probe!.eer.value).toBeCloseTo(valid.eer, 6);
    expect(trained!.figures.probe!.auc.interval).toEqual(valid.intervals!.auc.map((end) => expect.closeTo(end, 6)));
    expect(first.pairSet).toBe(valid.pairSet);
    const rank = { count: 2, auc: betterWay(trained!)!.figures.auc.value, comparedMs: first.createdMs };
    expect((await app.call('runs.get', { run: probed.run })).encoderRank).toMatchObject(rank);
    expect((await app.call('runs.get', { run })).encoderRank).toBeUndefined(); // older than the comparison

    // Again: nothing is computed anew, so figures are the same.
    await app.waitForEnd(await app.call('encoders.compare', { ...query, encoders: encoders.slice(0, 2) }));
    const second = (await app.call('encoders.latest', query))!;
    expect(second.comparison).not.toBe(first.comparison);
    expect(second.encoders.map(({ figures }) => figures.plain!.auc)).toEqual([trained, random].map((one) => one!.figures.plain!.auc));
    expect(betterWay(second.encoders[second.best!.position]!)!.way).toBe(second.best!.way);

    const [valid1] = app.workbench.store.datasets.images(dataset).filter(({ split }) => split === 'valid');
    await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [valid1!.id] } });
    expect(await app.call('encoders.latest', query)).toMatchObject({ comparison: second.comparison, stale: true });
  });

  test('a cancelled comparison stores nothing and keeps the features of finished encoders', async () => {
    const { app, dataset } = await openTrained();
    const { encoderComparisons } = app.workbench;
    const request = { dataset, relation: { same: 'class', negatives: 'anywhere', list: null }, engine: 'onnx', device: 'cpu' } as const;
    const controller = new AbortController();
    const cancelled = encoderComparisons.compare(
      { ...request, encoders: ['compact', 'resnet18=none'] },
      { signal: controller.signal, onProgress: ({ position }) => position === 2 && controller.abort() },
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(encoderComparisons.latest(dataset, request.relation)).toBeNull();
    const progress: number[] = [];
    const options = {
      signal: new AbortController().signal,
      onProgress: (p: { encoder: string | null; total: number }) => p.encoder && progress.push(p.total),
    };
    await encoderComparisons.compare({ ...request, encoders: ['compact'] }, options);
    expect(progress).toEqual([0]); // no image was read for features again
  });

  test('unknown encoders, and weights that must be named, are refused before anything is computed', async () => {
    const { app, dataset } = await openTrained();
    const compare = async (encoders?: string[], more = {}) =>
      (await app.waitForEnd(await app.call('encoders.compare', { dataset, ...more, ...(encoders && { encoders }) }))).error?.message;
    expect(await compare(['vgg16'])).toContain('There is no encoder “vgg16”');
    expect(await compare(['resnet34'])).toContain('No weights of resnet34 are known: name a file, as in resnet34=FILE');
    expect(await compare(['compact='])).toContain('After compact= comes a weights file');
    expect(await compare(['compact'], { same: 'pairs' })).toBe('Choose a file of pairs.');
    await expect(app.call('encoders.latest', { dataset: 'nothing' })).rejects.toMatchObject({ code: 'not-found' });
  });
});
