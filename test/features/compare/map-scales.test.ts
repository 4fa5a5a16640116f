import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { percentile } from '../../../src/shared/maps/contour.ts';
import { RANDOMISATION_PAIRS, REDRAWS } from '../../../src/shared/randomisation.ts';
import { SCALE_PAIRS } from '../../../src/shared/maps/run-scale.ts';
import type { ExplainedComparison } from '../../../src/shared/comparison.ts';
import { hasCompute, openTestWorkbench, openTrained, trainOnColours, type TestWorkbench } from '../training/test-workbench.ts';
import { pairsIn } from '../dataset/pairs.ts';

interface TrainedWorkbench {
  app: TestWorkbench;
  dataset: string;
  run: string;
  explain(a: number, b: number): Promise<ExplainedComparison>;
}

function withExplain({ app, dataset, run }: Omit<TrainedWorkbench, 'explain'>): TrainedWorkbench {
  return { app, dataset, run, explain: (a, b) => app.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } }) };
}

const open = async (): Promise<TrainedWorkbench> => withExplain(await openTrained());

const largest = (map: readonly number[]): number => Math.max(...map.map(Math.abs));

describe.skipIf(!hasCompute)('the scale of a run’s maps (needs the build)', () => {
  test('is measured at the end of the training: the 90 % quantile of the largest values on validation pairs', async () => {
    const { app, dataset, run, explain } = await open();
    const pairs = pairsIn(app.workbench.store, dataset, 'valid');
    const scale = app.workbench.compare.scales.find(run)!;
    expect(scale.images).toBe(2 * Math.min(SCALE_PAIRS, pairs.length));
    if (pairs.length <= SCALE_PAIRS) {
      const maxima: number[] = [];
      for (const { a, b } of pairs) maxima.push(...(await explain(a, b)).maps.signed.map(largest));
      expect(scale.fullColour).toBeCloseTo(percentile(Float32Array.from(maxima), 90), 6);
    }
    const { row } = await explain(0, 30);
    expect(row.runScale).toEqual(scale);
    row.images.forEach(({ strongest }) => expect(Math.max(strongest!.factual, strongest!.counterfactual)).toBeLessThanOrEqual(row.scale));
    expect(Math.max(...row.images.flatMap(({ strongest }) => [strongest!.factual, strongest!.counterfactual]))).toBe(row.scale);
  });

  test('of another layer is measured when it is first asked for, as one job, and stored', async () => {
    const { app, run } = await open();
    const [first] = await app.call('runs.layers', { run });
    expect(app.workbench.compare.scales.find(run, { layer: first! })).toBeNull();
    const jobsBefore = (await app.call('jobs.list', {})).length;
    const [one, two] = await Promise.all([0, 1].map(() => app.workbench.compare.scales.measure(run, { layer: first! })));
    expect(two).toEqual(one);
    expect(await app.call('compare.mapScale', { run, layer: first! })).toEqual(one);
    expect((await app.call('jobs.list', {})).length).toBe(jobsBefore); // stored: no job
    await expect(app.call('compare.mapScale', { run, layer: 'no-such-layer' })).rejects.toMatchObject({ code: 'usage' });
  });

  test('is reported to all that wait for it, and each can stop waiting', async () => {
    const { app, run } = await open();
    const layer = (await app.call('runs.layers', { run }))[1]!;
    const { scales } = app.workbench.compare;
    const ended: string[] = [];
    const measured = scales.measure(run, { layer }).then(() => ended.push('measured'));
    let reports = 0;
    const watching = scales.measure(run, { layer }, { onProgress: () => reports++ });
    const waiter = new AbortController();
    const waiting = scales.measure(run, { layer }, { signal: waiter.signal }).catch((error: unknown) => ended.push((error as { code: string }).code));
    waiter.abort();
    await Promise.all([measured, waiting, watching]);
    expect(ended).toEqual(['cancelled', 'measured']);
    expect(reports).toBeGreaterThan(0);
  });

  test('of an unreadable validation set stays unknown: the pair is shown and drawn in its own scale, and the job says why', async () => {
    const own = openTestWorkbench(); // images are deleted below
    const { app, dataset, run, explain } = withExplain({ app: own, ...(await trainOnColours(own)) });
    const [first] = await app.call('runs.layers', { run });
    const { root } = app.workbench.store.datasets.get(dataset);
    for (const image of app.workbench.store.datasets.images(dataset)) if (image.split === 'valid') rmSync(join(root, image.file));
    await expect(app.call('compare.mapScale', { run, layer: first! })).rejects.toMatchObject({ code: 'not-found' });
    expect((await app.call('jobs.list', {}))[0]).toMatchObject({ kind: 'maps', status: 'failed' });
    const [a, b] = app.workbench.store.datasets.images(dataset).filter(({ split }) => split === 'test');
    const { row } = await app.call('compare.explain', { run, a: { dataset, id: a!.id }, b: { dataset, id: b!.id }, layer: first! });
    expect(row.runScale).toBeUndefined();
    await app.workbench.compare.drawOverlays(row.comparison);
    expect(app.workbench.store.comparisons.get(row.comparison).overlayScale).toBe(row.scale);
    expect((await explain(a!.id, b!.id)).row.runScale).toBeDefined(); // of the last layer, measured before
  });

  test('a comparison saved in its own scale is drawn in it; overlays are drawn again only if the scale changes', async () => {
    const { app, run, explain } = await open();
    const { row } = await explain(0, 30);
    const { comparison } = row;
    const drawn = async (): Promise<number> => {
      await app.workbench.compare.drawOverlays(comparison);
      return app.workbench.store.comparisons.get(comparison).overlayScale!;
    };
    await app.call('compare.annotate', { comparison, saved: true });
    expect(await drawn()).toBe(app.workbench.compare.scales.find(run)!.fullColour);
    const annotated = await app.call('compare.annotate', { comparison, shownScale: 'pair' });
    expect(annotated.shownScale).toBe('pair');
    expect(await drawn()).toBe(row.scale);
  });
});

describe.skipIf(!hasCompute)('the maps of redrawn networks (needs the build)', () => {
  test('are compared once, as a job that can be cancelled, and shown with the run and with its comparisons', async () => {
    const { app, dataset, run, explain } = await open();
    const { row: before } = await explain(0, 30);
    expect(before.redrawn).toBeUndefined();
    const cancelled = await app.call('runs.randomise', { run });
    await app.until(() => app.workbench.jobs.list().some(({ job, progress }) => job === cancelled.job && progress.done > 0));
    await app.call('jobs.cancel', { job: cancelled.job });
    expect(await app.waitForEnd(cancelled)).toMatchObject({ kind: 'randomise', status: 'cancelled' });
    expect((await app.call('runs.get', { run })).randomisation).toBeUndefined();

    expect(await app.waitForEnd(await app.call('runs.randomise', { run }))).toMatchObject({ status: 'done', result: { run } });
    const { randomisation } = await app.call('runs.get', { run });
    const { steps, redrawn, images, pairs, redraws } = randomisation!;
    expect(steps.map(({ redrawn }) => redrawn)).toEqual(['fc.2', 'fc.0', 'stage2 to stage3', 'stage1', 'stem']);
    const available = Math.min(RANDOMISATION_PAIRS, pairsIn(app.workbench.store, dataset, 'valid').length);
    expect({ images, pairs, redraws }).toEqual({ images: 2 * available, pairs: available, redraws: REDRAWS });
    for (const { mean, low, high } of steps) expect(-1 <= low && low <= mean && mean <= high && high <= 1).toBe(true);
    expect(Math.abs(steps.at(-1)!.mean)).toBeLessThan(0.6);
    expect(redrawn.maps).toBeGreaterThan(2 * available);
    expect(redrawn.positions.major!.topFifth.limit).toBeGreaterThan(redrawn.positions.major!.topFifth.median);
    expect((await app.call('compare.get', { comparison: before.comparison })).redrawn).toEqual(redrawn);

    await app.waitForEnd(await app.call('runs.randomise', { run }));
    expect((await app.call('runs.get', { run })).randomisation!.measuredMs).toBe(randomisation!.measuredMs); // stored: not measured again
    await expect(app.call('runs.randomise', { run, layer: 'no-such-layer' })).rejects.toMatchObject({ code: 'usage' });
  });
});
