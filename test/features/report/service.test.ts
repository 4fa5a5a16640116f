import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { EventHub } from '../../../src/main/foundation/jobs/events.ts';
import { Jobs } from '../../../src/main/foundation/jobs/jobs.ts';
import { ReportPages } from '../../../src/main/features/report/pages.ts';
import { paperSize } from '../../../src/main/features/report/paper-size.ts';
import type { ReportPorts } from '../../../src/main/features/report/ports.ts';
import { ReportService } from '../../../src/main/features/report/service.ts';
import type { Workspace } from '../../../src/main/foundation/workspace.ts';
import type { Store } from '../../../src/main/db/store.ts';
import type { Changed } from '../../../src/shared/events.ts';
import type { Comparison } from '../../../src/shared/comparison.ts';
import { AppError } from '../../../src/shared/errors.ts';
import type { Job } from '../../../src/shared/job.ts';
import type { ReportSection } from '../../../src/shared/report.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { someComparison, someConfig, someDataset, someExperiment } from '../../db/records.ts';
import { computeInProcess } from '../training/training-in-process.ts';
import { drawPng } from './png.ts';
import { drawImages, RUN } from './sample.ts';

/** A real store and real files; no trained network. */
let workspace: Workspace;
let store: Store;
let reports: ReportService;
let print: ReportPorts['printPdf'];
let changes: Changed[];
let ended: Map<string, (job: Job) => void>;

async function comparisonOn(run: string, more: Partial<Comparison> = {}): Promise<string> {
  const id = store.comparisons.reserve();
  const folder = workspace.comparison(id);
  await mkdir(folder, { recursive: true });
  const comparison = someComparison(id, run, more);
  for (const [i, image] of comparison.images.entries()) {
    const images = drawImages(24, 18, 5 + i);
    for (const kind of ['photo', 'factual', 'counterfactual'] as const) {
      image[kind] = join(folder, `${i}-${kind}.png`);
      await writeFile(image[kind], images[kind].bytes);
    }
  }
  store.comparisons.insert(comparison);
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
let redrawn: string[]; // runs whose weights a report wanted to redraw
let lastAuthor: string;
let lastLogo: string | null = null;
beforeEach(async () => {
  workspace = freshWorkspace();
  store = storeAt(workspace);
  print = null;
  lastAuthor = '';
  redrawn = [];
  const hub = new EventHub();
  changes = [];
  ended = new Map();
  hub.on((event, payload) => {
    if (event === 'changed') changes.push(payload as Changed);
    if (event === 'job' && (payload as Job).status !== 'running') ended.get((payload as Job).job)?.(payload as Job);
  });
  const pages = new ReportPages({
    comparison: async (id) => await Promise.resolve(store.comparisons.get(id)),
    drawOverlays: () => Promise.resolve(),
    drawFlip: () => Promise.resolve(),
    comparisonFolder: workspace.comparison,
    whatIfs: () => [],
    matches: () => Promise.reject(new Error('no report of these tests has matches')),
    examples: { find: () => Promise.reject(new Error('no report of these tests has examples')), read: () => Promise.resolve() },
    editedPictures: () => Promise.reject(new Error('no comparison of these tests has edits')),
    compute: computeInProcess,
    runs: store.runs,
    datasets: store.datasets,
    images: store.browse,
    differences: () => Promise.resolve([]),
    evaluateOnTest: () => Promise.reject(new Error('every run of these tests has test metrics')),
    structureOf: () => null,
    measureStructure: () => Promise.resolve(null),
    randomisationOf: () => null,
    encoderRankOf: () => null,
    thresholdsOf: () => undefined,
    experimentOf: () => someExperiment,
    redrawWeights: (run) => {
      redrawn.push(run);
      return Promise.reject(new AppError('not-found', 'These tests have no network.'));
    },
  });
  const ports: ReportPorts = {
    reports: store.reports,
    comparisons: store.comparisons,
    jobs: new Jobs(hub),
    get printPdf() {
      return print;
    },
    folderOf: (report) => workspace.report(report),
    author: { last: () => lastAuthor, remember: (author) => (lastAuthor = author) },
    logo: { last: () => lastLogo, remember: (logo) => (lastLogo = logo) },
    announce: (report) => hub.changed('reports', report),
  };
  reports = new ReportService(ports, pages);
  const { dataset } = store.datasets.insert(someDataset());
  const run = store.runs.create({ dataset, config: someConfig, snapshot: 'abc', versions: RUN.versions });
  for (const metrics of RUN.metrics) store.runs.putMetrics(run.run, metrics);
  ids = [await comparisonOn(run.run), await comparisonOn(run.run, { verdict: 'same', distance: 0.4 })];
});

describe('a report', () => {
  test('is stored, shown as a page in its order, and announced', async () => {
    const stored = reports.save(draft([ids[1]!, ids[0]!, ids[1]!]));
    expect(stored).toMatchObject({ title: 'Spring review', comparisons: [ids[1], ids[0]], html: null, pdf: null });
    expect(changes).toEqual([{ what: 'reports', id: stored.report }]);
    const preview = (part: number) => reports.preview({ ...draft(stored.comparisons), sections: ['files', 'details'], part });
    const parts = await Promise.all([0, 1, 2, 3, 9].map(preview));
    expect(parts.map(({ part, parts: count, comparisons, missing }) => [part, count, comparisons, missing])).toEqual(
      [0, 1, 2, 3, 3].map((part) => [part, 4, 2, []]),
    );
    const [opening, first, second, appendix] = parts.map(({ html }) => html!);
    for (const page of [opening, first, second, appendix]) expect(page).toMatch(/^<!doctype html>[^]*<title>Spring review<\/title>[^]*<\/html>\n$/);
    expect(opening).toContain('Two &amp; &lt;b&gt;three&lt;/b&gt;.');
    expect(first).toContain(`<code>${ids[1]!}</code>`);
    expect(second).toContain(`<code>${ids[0]!}</code>`);
    expect([opening, first, second, appendix].map((page) => page!.match(/data:image/g)?.length ?? 0)).toEqual([0, 6, 6, 0]);
    expect([opening, first, second, appendix].map((page) => page!.match(/id="(details-\d|files)"/)?.[1])).toEqual([
      undefined,
      'details-1',
      'details-2',
      'files',
    ]);
    reports.save({ ...draft([ids[0]!]), report: stored.report });
    expect(reports.list().map(({ comparisons }) => comparisons)).toEqual([[ids[0]]]);
  });

  test('redraws the weights of its runs if it shows their quality, and says so where that fails', async () => {
    const { run } = store.comparisons.get(ids[0]!);
    store.runs.update(run, { calibration: RUN.calibration });
    const write = (sections: ReportSection[]): Promise<Job> => {
      const { report } = reports.save({ ...draft(ids), sections });
      return endOf(reports.startWriting({ report, format: 'html' }));
    };
    expect(await write(['method'])).toMatchObject({ status: 'done' });
    expect(redrawn).toEqual([]);
    const { status, result } = await write(['quality']);
    expect([status, redrawn]).toEqual(['done', [run]]);
    expect(await readFile(result!['file']!, 'utf8')).toContain('Not measured: no network with redrawn weights');
  });

  test('has no page without a comparison, and names a missing one', async () => {
    expect(await reports.preview(draft([]))).toEqual({ html: null, part: 0, parts: 0, comparisons: 0, missing: [] });
    const { html, missing } = await reports.preview(draft(['c99', ids[0]!]));
    expect(missing).toEqual(['c99']);
    expect(html).toContain('1 comparison');
  });

  test('has author, logo and sections: those of its draft, else the stored ones, else those of a new report', async () => {
    const first = reports.save(draft(ids));
    expect(first).toMatchObject({ author: '', logo: null, sections: ['signature'] });
    const { logo } = await reports.addLogo(drawPng(40, 20, () => [10, 90, 40]));
    const changed = reports.save({ ...draft(ids), report: first.report, author: 'Ana', logo, sections: ['details', 'signature', 'details'] });
    expect(changed).toMatchObject({ author: 'Ana', logo, sections: ['signature', 'details'] });
    expect(reports.save({ ...draft([ids[0]!]), report: first.report })).toMatchObject({ author: 'Ana', logo, sections: ['signature', 'details'] });
    expect(reports.save(draft(ids))).toMatchObject({ author: 'Ana', logo, sections: ['signature'] }); // the last author and logo are proposed
    expect(reports.save({ ...draft(ids), report: first.report, author: '', logo: null })).toMatchObject({ author: '', logo: null });
    expect(reports.save(draft(ids))).toMatchObject({ author: '', logo: null });
  });

  test('proposes the logo that was chosen last, until it is removed from a report', async () => {
    const [old, other] = [reports.save(draft(ids)), reports.save(draft(ids))];
    const { logo } = await reports.addLogo(drawPng(20, 20, () => [90, 10, 40]));
    reports.save({ ...draft(ids), report: old.report, logo });
    reports.save({ ...draft(ids), report: other.report, title: 'Another title', logo: null }); // it had none before
    expect(reports.save(draft(ids)).logo).toBe(logo);
    for (const { report } of reports.list()) reports.remove(report);
    await reports.deleteRemoved();
    const next = reports.save(draft(ids)); // no report has it any more
    expect(next.logo).toBe(logo);
    reports.save({ ...draft(ids), report: next.report, logo: null });
    expect(reports.save(draft(ids)).logo).toBeNull();
    lastLogo = 'a'.repeat(64); // of a database that was replaced by a backup
    expect(reports.save(draft(ids)).logo).toBeNull();
    lastLogo = null;
  });

  test('is written with its logo, which is deleted once no report has it', async () => {
    const { logo, image } = await reports.addLogo(drawPng(40, 20, () => [10, 90, 40]));
    const { report } = reports.save({ ...draft(ids), logo });
    await reports.deleteRemoved();
    const { result } = await endOf(reports.startWriting({ report, format: 'html' }));
    expect(await readFile(result!['file']!, 'utf8')).toContain(`<img class="logo" src="${image}"`);
    expect(reports.logo(logo).image).toBe(image);
    reports.save({ ...draft(ids), report, logo: null });
    expect(reports.logo(logo).image).toBe(image); // removing it can be undone
    await reports.deleteRemoved();
    expect(() => reports.logo(logo)).toThrow(/no longer in the workspace. Choose it again/);
    await expect(reports.preview({ ...draft(ids), logo })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('is written to the given path, with the extension of its format', async () => {
    const { report } = reports.save(draft(ids));
    const out = join(workspace.folder, 'finished', 'review.txt');
    const job = reports.startWriting({ report, format: 'html', out });
    expect(job).toMatchObject({ kind: 'report', subject: report, status: 'running' });
    const end = await endOf(job);
    expect(end).toMatchObject({ status: 'done', result: { report, file: `${out}.html` } });
    expect(await readdir(join(workspace.folder, 'finished'))).toEqual(['review.txt.html']);
    const { html } = reports.get(report);
    expect(html).toMatchObject({ path: `${out}.html`, gone: false });
    expect(reports.lastWrittenFile(report, 'html')).toBe(`${out}.html`);
    await rm(`${out}.html`);
    expect(reports.get(report).html).toMatchObject({ gone: true });
    expect(() => reports.lastWrittenFile(report, 'html')).toThrow(/moved or deleted/);
    expect(() => reports.lastWrittenFile(report, 'pdf')).toThrow(/not been written as PDF yet/);
  });

  test('without a path is written into the workspace, and is deleted with the report', async () => {
    const { report } = reports.save(draft(ids));
    const { result } = await endOf(reports.startWriting({ report, format: 'html' }));
    expect(result!['file']!.startsWith(workspace.report(report))).toBe(true);
    reports.remove(report);
    expect(reports.list()).toEqual([]);
    reports.restore(report);
    expect(reports.get(report).html).toMatchObject({ gone: false });
    reports.remove(report);
    await reports.deleteRemoved();
    expect(existsSync(result!['file']!)).toBe(false);
  });

  test('is printed as PDF from its page, which is deleted afterwards', async () => {
    let printed = '';
    print = async (source, out) => {
      printed = await readFile(source, 'utf8');
      await writeFile(out, '%PDF-');
    };
    const { report } = reports.save(draft(ids));
    const { status, result } = await endOf(reports.startWriting({ report, format: 'pdf' }));
    expect(status).toBe('done');
    expect(printed).toContain('<title>Spring review</title>');
    expect(printed).toMatch(/@page\{size:(A4|letter);/);
    expect([printed.match(/data:image\/jpeg/g)?.length, printed.match(/data:image\/webp/g)]).toEqual([12, null]); // a PDF can't contain WebP
    expect(await readdir(workspace.report(report))).toEqual(['report.pdf']);
    expect(result!['file']).toBe(join(workspace.report(report), 'report.pdf'));
  });

  test.each([
    ['de-DE', {}, 'A4'],
    ['en-US', { LANG: 'en_US.UTF-8' }, 'letter'],
    ['en-US', { LANG: 'C.UTF-8', LC_PAPER: 'en_GB.UTF-8' }, 'A4'],
    ['en-US', { LANG: 'es_MX.UTF-8' }, 'letter'],
  ])('is printed on the country’s paper size: %s %j is %s', (locale, env, paper) => expect(paperSize(locale, env)).toBe(paper));

  test('is refused with a sentence that says what to do', async () => {
    const empty = reports.save(draft([]));
    expect(() => reports.startWriting({ report: empty.report, format: 'html' })).toThrow(/This report has no comparisons yet: add one/);
    const { report } = reports.save(draft(ids));
    expect(() => reports.startWriting({ report, format: 'pdf' })).toThrow(/no Chromium or Chrome was found.*Write the report as HTML/);
    expect(() => reports.startWriting({ report, format: 'html', out: 'somewhere.html' })).toThrow(/must be absolute/);
    expect(() => reports.save({ ...draft([...ids, 'c99']), report })).toThrow(/There is no comparison "c99"/);
    store.reports.update(report, { ...reports.get(report), comparisons: [...ids, 'c99'] }); // as of a database that lost it
    reports.save({ ...draft([...ids, 'c99'], { title: 'Another title' }), report });
    expect(await endOf(reports.startWriting({ report, format: 'html' }))).toMatchObject({
      status: 'failed',
      error: { code: 'not-found', message: 'One comparison of this report is missing. Remove it from the report and write it again.' },
    });
    await writeFile(join(workspace.folder, 'file'), '');
    reports.save({ ...draft(ids), report });
    const end = await endOf(reports.startWriting({ report, format: 'html', out: join(workspace.folder, 'file', 'report.html') }));
    expect(end.status).toBe('failed');
    expect(end.error!.message).not.toMatch(/ENOTDIR/);
  });
});
