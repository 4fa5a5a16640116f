import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/shared/comparison.ts';
import { validationAuc } from '../../src/shared/listed-auc.ts';
import type { Metrics } from '../../src/shared/run.ts';
import { scratch } from '../doors/cli/kit.ts';
import { hasCompute, openTestWorkbench, type TestWorkbench } from '../features/training/test-workbench.ts';

// Made by test/fixtures/make-workspace-0.1.0.mjs with version 0.1.0.
const FIXTURE = resolve('test', 'fixtures', 'workspace-0.1.0');

interface Expected {
  home: string; // the folder that the workspace was made in
  run: string;
  metrics: Metrics & { run: string }; // as the command line prints them
  comparisons: Pick<Comparison, 'comparison' | 'distance' | 'verdict'>[];
}
const expected = JSON.parse(readFileSync(join(FIXTURE, 'expected.json'), 'utf8')) as Expected;
const { run: _, ...metrics } = expected.metrics;

/** Copies the workspace, and rewrites the absolute paths in its database. */
function copyFixture(): string {
  const home = scratch('0.1.0').replaceAll('\\', '/');
  cpSync(FIXTURE, home, { recursive: true });
  const db = new Database(`${home}/workspace/twinlens.sqlite`);
  db.prepare('UPDATE datasets SET root = replace(root, ?, ?)').run(expected.home, home);
  db.prepare('UPDATE comparisons SET record = replace(record, ?, ?)').run(expected.home, home);
  db.close();
  return home;
}

describe.skipIf(!hasCompute)('a workspace of version 0.1.0 (needs the build)', () => {
  let home: string;
  let app: TestWorkbench;
  beforeEach(() => {
    home = copyFixture();
    app = openTestWorkbench(join(home, 'workspace'));
  });

  test('opens and lists its contents', async () => {
    expect(await app.call('datasets.list', {})).toMatchObject([{ dataset: 'colours', images: 24, classes: { blue: 12, red: 12 } }]);
    expect(await app.call('runs.list', {})).toMatchObject([
      {
        run: expected.run,
        status: 'done',
        stale: false,
        outdated: false,
        metrics: [metrics], // without `pairSet`
        config: { backbone: 'compact', size: 16, dim: 2 },
      },
    ]);
    expect(await app.call('compare.list', { saved: true })).toMatchObject(expected.comparisons.toReversed());
    expect(await app.call('runs.plan', { choices: { dataset: 'colours' } })).toMatchObject({ problems: [] });
  });

  test('evaluates to the same metrics', async () => {
    const job = await app.waitForEnd(await app.call('runs.evaluate', { run: expected.run, split: 'test' }));
    expect(job).toMatchObject({ status: 'done', error: null });
    const again = await app.call('runs.metrics', { run: expected.run, split: 'test' });
    const { aucLow: _low, aucHigh: _high, ...figures } = metrics; // intervals over pairs are not computed any more
    expect(again).toMatchObject({ ...figures, pairSet: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  });

  test('keeps threshold and curve, recognisable; the curve can be fitted again, and another threshold chosen', async () => {
    const { run } = expected;
    const before = (await app.call('runs.get', { run })).calibration!;
    expect(before).toEqual({ threshold: metrics.threshold, slope: before.slope });
    expect(await app.call('runs.thresholds', { run })).toMatchObject([{ entry: 1, choice: { rule: 'balanced' }, threshold: metrics.threshold }]);
    expect(validationAuc(await app.call('runs.get', { run }))).toMatchObject({ isOlder: true });
    expect(await app.waitForEnd(await app.call('runs.fitAgain', { run }))).toMatchObject({ status: 'done', error: null });
    expect(validationAuc(await app.call('runs.get', { run }))).toMatchObject({ isOlder: false });
    const fitted = await app.call('runs.get', { run });
    expect(fitted.calibration).toMatchObject({ threshold: metrics.threshold, fit: { over: 'images' } });
    expect(fitted.metrics.find(({ split }) => split === 'test')!.reliability!.pairs).toBeGreaterThan(0);
    const history = await app.call('runs.setThreshold', { run, choice: { rule: 'value', threshold: 0.5 }, reason: ' by hand ' });
    expect(history).toMatchObject([{ entry: 2, threshold: 0.5, reason: 'by hand', testSeen: true }, { entry: 1 }]);
    for (const job of await app.call('jobs.list', {})) await app.waitForEnd(job);
    expect((await app.call('runs.metrics', { run, split: 'test' }))!.threshold).toBe(0.5); // computed after the choice
    expect(await app.call('runs.restoreThreshold', { run, entry: 1 })).toMatchObject([
      { entry: 3, threshold: metrics.threshold, restored: 1 },
      {},
      {},
    ]);
    for (const job of await app.call('jobs.list', {})) await app.waitForEnd(job);
  });

  test('compares at the same distance', async () => {
    const [, { distance, verdict }] = expected.comparisons as [unknown, Expected['comparisons'][0]];
    const file = (name: string): string => join(home, 'images', name);
    for (const name of ['blue/0.png', 'red/0.png']) await app.api.choose(file(name));
    const request = { run: expected.run, a: { file: file('blue/0.png') }, b: { file: file('red/0.png') } };
    const again = await app.call('compare.explain', { ...request, target: 'distance' }); // not the stored one
    expect(again.row.verdict).toBe(verdict);
    expect(Math.abs(again.row.distance - distance)).toBeLessThan(1e-5);
  });

  test('opens stored comparisons and reports', async () => {
    for (const { comparison, distance } of expected.comparisons)
      expect(await app.call('compare.open', { comparison })).toMatchObject({ row: { comparison, distance } });
    const [report] = await app.call('reports.list', {});
    expect(report).toMatchObject({ title: 'Of 0.1.0', introduction: 'Two pairs.', comparisons: ['c1', 'c2'], author: '', logo: null });
    const { html, missing } = await app.call('reports.preview', { title: report!.title, comparisons: report!.comparisons });
    expect(missing).toEqual([]);
    expect(html).toContain('Of 0.1.0');
    const job = await app.waitForEnd(await app.call('reports.write', { report: report!.report, format: 'html' }));
    expect(job).toMatchObject({ status: 'done', error: null });
    // Everything that a report of 0.1.0 had, which had no choice of sections.
    const page = readFileSync(job.result!['file']!, 'utf8');
    for (const heading of [
      'Signature',
      'How good is it?',
      'Training',
      'Settings',
      'Training data',
      'Method',
      'Terms',
      'What the maps say',
      'Evidence',
    ])
      expect(page).toMatch(new RegExp(`<h[23][^>]*>${heading.replace('?', '\\?')}</h[23]>`));
    for (const fact of [
      'Model file (SHA-256)',
      'Snapshot trained on',
      'Similarity curve',
      'Confusion on test pairs',
      'ROC: true and false positive rate',
    ])
      expect(page).toContain(fact);
    expect(page.match(/This pair among the validation pairs/g)).toHaveLength(2);
    expect(page.match(/class="box"/g)).toHaveLength(8); // boxes to tick for two judgements
    const { sections } = await app.call('reports.save', { report: report!.report, title: 'Renamed', comparisons: report!.comparisons });
    expect(sections).toEqual(report!.sections);
  });

  test('stored comparisons keep the scale and contour of their pictures, also once the run has a scale', async () => {
    const { scales } = app.workbench.compare;
    const texts: string[] = [];
    const pictures: string[] = [];
    for (let round = 0; round < 2; round++) {
      const { html } = await app.call('reports.preview', { title: '', comparisons: ['c2'], part: 1 });
      texts.push(html!.replace(/data:image[^"]*/g, ''));
      const { images, runScale, method } = await app.call('compare.get', { comparison: 'c2' });
      pictures.push(...images.flatMap(({ factual, counterfactual }) => [factual, counterfactual]).map((file) => readFileSync(file, 'base64')));
      expect(method).toBe('gradcam');
      expect(runScale).toEqual(round === 0 ? undefined : await scales.measure(expected.run, { method: 'gradcam' }));
      if (round === 0) await app.call('compare.mapScale', { method: 'gradcam', run: expected.run });
    }
    for (const text of texts) expect(text).toMatch(/stretched to this pair.*strongest 10\u00a0% of the image’s area/s);
    expect(pictures.slice(4)).toEqual(pictures.slice(0, 4));
  });
});
