import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../../src/main/compute/images/images.ts';
import type { ComparisonRow } from '../../../src/shared/comparison.ts';
import type { CallInput } from '../../../src/shared/contract.ts';
import { badgeOf, type FaithfulnessCheck, DONORS, RECIPE, ROLLED_MAPS } from '../../../src/shared/faithfulness.ts';
import { counterfactualFailure, mapsClaim } from '../../../src/shared/faithfulness-words.ts';
import type { Job } from '../../../src/shared/job.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { hasCompute, importColours, shareWorkspace, type TestWorkbench } from '../training/test-workbench.ts';

async function trainOnColours(app: TestWorkbench): Promise<{ dataset: string; run: string }> {
  const dataset = await importColours(app, 24);
  const job = await app.waitForEnd(await app.call('runs.start', { dataset, size: 32, batch: 8, lr: 3e-3, seed: 3, epochs: 2 }));
  return { dataset, run: job.result!['run']! };
}

const openTrained = shareWorkspace(trainOnColours);

describe.skipIf(!hasCompute)('checking how faithful maps are (needs the build)', () => {
  const open = async () => {
    const { app, dataset, run } = await openTrained();
    const row = (comparison: string): Promise<ComparisonRow> => app.call('compare.get', { comparison });
    const explain = async (a: number, b: number, more: Partial<CallInput<'compare.explain'>> = {}): Promise<string> =>
      (await app.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b }, ...more })).row.comparison;
    const explainFiles = async (a: string, b: string): Promise<string> => {
      for (const file of [a, b]) await app.call('files.choose', { file });
      return (await app.call('compare.explain', { run, a: { file: a }, b: { file: b } })).row.comparison;
    };
    const check = async (input: CallInput<'compare.check'>): Promise<Job> => app.waitForEnd(await app.call('compare.check', input));
    const checkOf = async (comparison: string): Promise<FaithfulnessCheck> => {
      expect(await check({ comparisons: [comparison] })).toMatchObject({ status: 'done', kind: 'check', result: { comparison } });
      return (await row(comparison)).check!;
    };
    return { app, dataset, run, row, explain, explainFiles, check, checkOf };
  };

  test('a job stores the check with the comparison: scores, curve, donor, gate and z', async () => {
    const { explain, row, checkOf, app } = await open();
    const comparison = await explain(0, 60);
    expect((await row(comparison)).check).toBeUndefined();
    const found = await checkOf(comparison);
    const { distance, images } = await row(comparison);
    expect(found.recipe).toBe(RECIPE);
    expect(found.distance).toBeCloseTo(distance, 5);
    for (const image of found.images) {
      expect(image.rolled).toHaveLength(ROLLED_MAPS);
      expect(image.curve.every(({ top, bottom, rolled }) => [top, bottom, rolled.mean].every(Number.isFinite))).toBe(true);
      expect(image.donor).not.toBeNull();
      const mean = image.curve.reduce((sum, { top, bottom }) => sum + bottom - top, 0) / image.curve.length;
      expect(image.score).toBeCloseTo(mean, 10);
    }
    expect(new Set([...images, ...found.donors].map(({ sha256 }) => sha256)).size).toBe(2 + DONORS);
    expect(found.gate).toMatchObject({ pairs: expect.any(Number) as number });
    expect(found.gate.low).toBeLessThanOrEqual(found.gate.auc);
    expect(badgeOf(found)).toEqual({ badge: mapsClaim(found).badge, reason: mapsClaim(found).reason });
    expect((await app.call('compare.list', {}))[0]!.check).toEqual(found);
    expect((await app.call('compare.open', { comparison })).row.check).toEqual(found);
  });

  test('the same pair gives the same numbers again; B and A give the swapped ones', async () => {
    const { explain, checkOf, app } = await open();
    const [one, swapped] = [await checkOf(await explain(1, 61)), await checkOf(await explain(61, 1))];
    for (const i of [0, 1] as const) {
      const [a, b] = [one.images[i], swapped.images[1 - i]!];
      expect(b.pixels).toBe(a.pixels);
      // The maps of a batch in the other order differ by rounding.
      [b.score, b.donor!, ...b.rolled].forEach((value, k) => expect(value).toBeCloseTo([a.score, a.donor!, ...a.rolled][k]!, 3));
    }
    expect(swapped.z).toBeCloseTo(one.z!, 2);
    expect(swapped).toMatchObject({ donors: one.donors, gate: one.gate });
    const comparison = await explain(1, 61);
    app.workbench.store.comparisons.putCheck(comparison, { ...one, recipe: RECIPE - 1 }); // of an older recipe: computed again
    const again = await checkOf(comparison);
    expect({ ...again, checkedMs: 0 }).toEqual({ ...one, checkedMs: 0 });
  });

  test('a stored check is not computed again, and is the same for the target distance', async () => {
    const { explain, checkOf } = await open();
    const comparison = await explain(2, 62);
    expect(await checkOf(comparison)).toEqual(await checkOf(comparison));
    const other = await explain(2, 62, { target: 'distance' });
    expect(other).not.toBe(comparison);
    expect((await checkOf(other)).images).toEqual((await checkOf(comparison)).images);
  });

  test('every comparison says how its counterfactual maps did, the same as in its check', async () => {
    const { explain, row, checkOf } = await open();
    for (const method of ['path', 'gradcam'] as const) {
      const comparison = await explain(3, 63, { method });
      const before = await row(comparison);
      const { images } = await checkOf(comparison);
      before.images.forEach(({ counterfactualShift }, i) => {
        const expected = before.verdict === 'different' ? images[i]!.lowering : images[i]!.raising;
        if (expected === null) expect(counterfactualShift).toBeNull();
        else expect(counterfactualShift).toBeCloseTo(expected, 4);
      });
      const sign = before.verdict === 'different' ? 1 : -1;
      for (const i of [0, 1] as const) {
        const shift = before.images[i].counterfactualShift!;
        expect(counterfactualFailure(before, i) === null).toBe(shift === null || sign * shift > 0);
      }
    }
  });

  test('a queue: its pairs are explained and checked in one job, and cancelling one loses nothing', async () => {
    const { run, check, app, row } = await open();
    const job = await check({ run, kind: 'borderline', limit: 3 });
    expect(job).toMatchObject({ status: 'done', progress: { total: 3 } });
    const checked = (await app.call('compare.list', {})).filter(({ check: found }) => found);
    expect(checked).toHaveLength(3);

    const started = await app.call('compare.check', { run, kind: 'random', limit: 200 });
    await app.until(() => app.workbench.jobs.list().some(({ job: id, progress }) => id === started.job && progress.done > 0));
    await app.call('jobs.cancel', { job: started.job });
    expect(await app.waitForEnd(started)).toMatchObject({ status: 'cancelled' });
    for (const { comparison, check: found } of checked) expect((await row(comparison)).check).toEqual(found);
    const [first] = (await app.call('compare.list', {})).filter(({ check: found }) => !found);
    if (first) expect(await check({ comparisons: [first.comparison] })).toMatchObject({ status: 'done' });
  });

  test('saved comparisons are checked in the background, those of one moment in one job', async () => {
    const { explain, row, app } = await open();
    const ids = [await explain(4, 64), await explain(5, 65)];
    for (const comparison of ids) await app.call('compare.annotate', { comparison, saved: true });
    await app.until(() => ids.every((id) => app.workbench.store.comparisons.get(id).check));
    await app.until(() => app.workbench.jobs.list().every(({ status }) => status === 'done'));
    expect(app.workbench.jobs.list().filter(({ kind }) => kind === 'check')).toHaveLength(1);
    expect((await row(ids[0]!)).check!.z).not.toBeUndefined();
  });

  test('identical files, images of one colour, of 1 × 1 and of 1 × 20,000 px have a check in words', async () => {
    const { explainFiles, checkOf, row, explain } = await open();
    const folder = scratch('odd');
    mkdirSync(folder, { recursive: true });
    const draw = async (name: string, width: number, height: number, value: (i: number) => number): Promise<string> => {
      const file = join(folder, name);
      writeFileSync(file, await encodePng({ data: Uint8Array.from({ length: 3 * width * height }, (_, i) => value(i)), width, height }));
      return file;
    };
    const [black, other] = [await draw('black.png', 40, 40, () => 0), await draw('black-too.png', 60, 30, () => 0)];
    const blackCheck = await checkOf(await explainFiles(black, other));
    expect(blackCheck.z).toBeNull();
    expect(blackCheck.images.every(({ score }) => Math.abs(score) < 1e-5)).toBe(true);
    const tiny = await draw('tiny.png', 1, 1, () => 200);
    const long = await draw('long.png', 1, 20_000, (i) => (i * 7) % 256);
    expect((await checkOf(await explainFiles(tiny, long))).images[0].score).toBeCloseTo(0, 5);
    const same = await explain(7, 7);
    const { images, distance } = await checkOf(same);
    expect(images[1]).toEqual(images[0]);
    expect(distance).toBeLessThan(1e-5);
    for (const check of [blackCheck, (await row(same)).check!]) expect(mapsClaim(check).sentence).toMatch(/^[A-Z].*\.$/);
  });

  test('what can’t be checked says why, and the comparison stays as it is', async () => {
    const { app, run, dataset, explain, check, row } = await open();
    const comparison = await explain(8, 68);
    const before = await row(comparison);
    const jobs = app.workbench.jobs.list().length;
    await expect(check({ comparisons: [comparison, 'c999'] })).rejects.toMatchObject({ code: 'not-found' });
    await expect(check({ run: 'r99', kind: 'borderline' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(check({ run, kind: 'borderline', limit: 1, method: 'gradcam', layer: 'no-such-layer' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('It has: stem') as string,
    });
    expect(app.workbench.jobs.list()).toHaveLength(jobs);
    await expect(app.call('compare.check', { comparisons: [] })).rejects.toMatchObject({ code: 'usage' });
    rmSync(before.images[0].signed);
    expect(await check({ comparisons: [comparison] })).toMatchObject({ error: { message: expect.stringContaining('is missing') as string } });
    const next = await explain(9, 69);
    const some = await check({ comparisons: [comparison, next] });
    expect(some).toMatchObject({
      status: 'failed',
      error: { message: expect.stringMatching(/^1 of 2 pairs could not be checked; the others are stored/) as string },
    });
    expect((await row(next)).check).toBeDefined();
    const last = await explain(10, 70);
    rmSync(app.workbench.workspace.run(run), { recursive: true });
    expect(await check({ comparisons: [last] })).toMatchObject({
      status: 'failed',
      error: { code: 'not-found', message: expect.stringContaining('was deleted, so these maps can’t be checked') as string },
    });
    expect(await row(comparison)).toEqual(before);
    expect(dataset).toBe('colours');
  });
});
