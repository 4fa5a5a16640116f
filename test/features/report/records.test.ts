import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { EventHub } from '../../../src/main/foundation/jobs/events.ts';
import { Jobs } from '../../../src/main/foundation/jobs/jobs.ts';
import {
  forgetRemovedReports,
  paperHere,
  getReport,
  listReports,
  previewReport,
  removeReport,
  restoreReport,
  saveReport,
  startWriting,
  writtenFile,
} from '../../../src/main/features/report/records.ts';
import type { Shell } from '../../../src/main/foundation/shell.ts';
import type { Workbench } from '../../../src/main/workbench.ts';
import type { Changed } from '../../../src/shared/changed.ts';
import type { Comparison } from '../../../src/shared/comparison.ts';
import type { Job } from '../../../src/shared/job.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { someComparison, someConfig, someDataset } from '../../db/records.ts';
import { drawnPictures, RUN } from './sample.ts';

/** The real store and the real files; nothing here needs a network. */
let bench: Workbench;
let changes: Changed[];
let ended: Map<string, (job: Job) => void>;

async function comparisonOn(run: string, more: Partial<Comparison> = {}): Promise<string> {
  const id = bench.store.comparisons.reserve();
  const folder = bench.workspace.comparison(id);
  await mkdir(folder, { recursive: true });
  const comparison = someComparison(id, run, more);
  for (const [i, image] of comparison.images.entries()) {
    const pictures = drawnPictures(24, 18, 5 + i);
    for (const kind of ['photo', 'factual', 'counterfactual'] as const) {
      image[kind] = join(folder, `${i}-${kind}.png`);
      await writeFile(image[kind], pictures[kind].bytes);
    }
  }
  bench.store.comparisons.insert(comparison);
  return id;
}

const endOf = (job: Job): Promise<Job> => new Promise((resolve) => ended.set(job.job, resolve));
const draft = (comparisons: string[], more: object = {}) => ({
  title: 'Spring review',
  introduction: 'One.\n\nTwo & <b>three</b>.',
  comparisons,
  ...more,
});

let ids: string[];
beforeEach(async () => {
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const hub = new EventHub();
  changes = [];
  ended = new Map();
  hub.on((event, payload) => {
    if (event === 'changed') changes.push(payload as Changed);
    if (event === 'job' && (payload as Job).status !== 'running') ended.get((payload as Job).job)?.(payload as Job);
  });
  const shell: Pick<Shell, 'door' | 'printPdf'> = { door: 'in-process', printPdf: null };
  bench = { workspace, store, hub, jobs: new Jobs(hub), shell } as unknown as Workbench;
  const { dataset } = store.datasets.insert(someDataset());
  const run = store.runs.create({ dataset, config: someConfig, snapshot: 'abc', versions: RUN.versions });
  for (const metrics of RUN.metrics) store.runs.putMetrics(run.run, metrics);
  ids = [await comparisonOn(run.run), await comparisonOn(run.run, { verdict: 'same', distance: 0.4 })];
});

describe('a report', () => {
  test('is kept, shown as a page in its order, and told to whoever watches', async () => {
    const kept = saveReport(bench, draft([ids[1]!, ids[0]!, ids[1]!]));
    expect(kept).toMatchObject({ title: 'Spring review', comparisons: [ids[1], ids[0]], html: null, pdf: null });
    expect(changes).toEqual([{ what: 'reports', id: kept.report }]);
    const { html, missing } = await previewReport(bench, draft(kept.comparisons));
    expect(missing).toEqual([]);
    expect(html).toContain('<title>Spring review</title>');
    expect(html).toContain('Two &amp; &lt;b&gt;three&lt;/b&gt;.');
    expect(html!.indexOf(`<code>${ids[1]!}</code>`)).toBeLessThan(html!.indexOf(`<code>${ids[0]!}</code>`));
    saveReport(bench, { ...draft([ids[0]!]), report: kept.report });
    expect(listReports(bench).map(({ comparisons }) => comparisons)).toEqual([[ids[0]]]);
  });

  test('without a comparison is no page, and one that is gone is named', async () => {
    expect(await previewReport(bench, draft([]))).toEqual({ html: null, missing: [] });
    const { html, missing } = await previewReport(bench, draft(['c99', ids[0]!]));
    expect(missing).toEqual(['c99']);
    expect(html).toContain('1 comparison');
  });

  test('is written whole where the person says, with the right ending', async () => {
    const { report } = saveReport(bench, draft(ids));
    const out = join(bench.workspace.folder, 'handed in', 'review.txt');
    const job = startWriting(bench, { report, format: 'html', out });
    expect(job).toMatchObject({ kind: 'report', subject: report, status: 'running' });
    const end = await endOf(job);
    expect(end).toMatchObject({ status: 'done', result: { report, file: `${out}.html` } });
    expect(await readdir(join(bench.workspace.folder, 'handed in'))).toEqual(['review.txt.html']);
    const { html } = getReport(bench, report);
    expect(html).toMatchObject({ path: `${out}.html`, gone: false });
    expect(writtenFile(bench, report, 'html')).toBe(`${out}.html`);
    await rm(`${out}.html`);
    expect(getReport(bench, report).html).toMatchObject({ gone: true });
    expect(() => writtenFile(bench, report, 'html')).toThrow(/moved or deleted since it was written/);
    expect(() => writtenFile(bench, report, 'pdf')).toThrow(/not written as PDF yet/);
  });

  test('without a place is written into the workspace, and goes with the report', async () => {
    const { report } = saveReport(bench, draft(ids));
    const { result } = await endOf(startWriting(bench, { report, format: 'html' }));
    expect(result!['file']!.startsWith(bench.workspace.report(report))).toBe(true);
    removeReport(bench, report);
    expect(listReports(bench)).toEqual([]);
    restoreReport(bench, report);
    expect(getReport(bench, report).html).toMatchObject({ gone: false });
    removeReport(bench, report);
    await forgetRemovedReports(bench);
    expect(existsSync(result!['file']!)).toBe(false);
  });

  test('as PDF is printed from the very page, which does not stay behind', async () => {
    let printed = '';
    bench.shell.printPdf = async (source, out) => {
      printed = await readFile(source, 'utf8');
      await writeFile(out, '%PDF-');
    };
    const { report } = saveReport(bench, draft(ids));
    const { status, result } = await endOf(startWriting(bench, { report, format: 'pdf' }));
    expect(status).toBe('done');
    expect(printed).toContain('<title>Spring review</title>');
    expect(printed).toMatch(/@page\{size:(A4|letter);/);
    expect(await readdir(bench.workspace.report(report))).toEqual(['report.pdf']);
    expect(result!['file']).toBe(join(bench.workspace.report(report), 'report.pdf'));
  });

  test.each([
    ['de-DE', {}, 'A4'],
    ['en-US', { LANG: 'en_US.UTF-8' }, 'letter'],
    ['en-US', { LANG: 'C.UTF-8', LC_PAPER: 'en_GB.UTF-8' }, 'A4'],
    ['en-US', { LANG: 'es_MX.UTF-8' }, 'letter'],
  ])('is printed on the paper of the country: %s %j is %s', (locale, env, paper) => expect(paperHere(locale, env)).toBe(paper));

  test('refusals say what to do', async () => {
    const empty = saveReport(bench, draft([]));
    expect(() => startWriting(bench, { report: empty.report, format: 'html' })).toThrow(/no comparison in this report yet: add one/);
    const { report } = saveReport(bench, draft(ids));
    expect(() => startWriting(bench, { report, format: 'pdf' })).toThrow(/no Chromium or Chrome was found.*Write the report as HTML/);
    expect(() => startWriting(bench, { report, format: 'html', out: 'somewhere.html' })).toThrow(/whole path/);
    saveReport(bench, { ...draft([...ids, 'c99']), report });
    expect(await endOf(startWriting(bench, { report, format: 'html' }))).toMatchObject({
      status: 'failed',
      error: { code: 'not-found', message: 'One comparison of this report is no longer there. Take it out of the report and write it again.' },
    });
    await writeFile(join(bench.workspace.folder, 'file'), '');
    saveReport(bench, { ...draft(ids), report });
    const end = await endOf(startWriting(bench, { report, format: 'html', out: join(bench.workspace.folder, 'file', 'report.html') }));
    expect(end.status).toBe('failed');
    expect(end.error!.message).not.toMatch(/ENOTDIR/);
  });
});
