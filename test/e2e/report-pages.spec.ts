import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ImageFile, PaperSize, ReportComparison } from '../../src/main/features/report/types.ts';
import { EMPTY_REASONS, type Comparison } from '../../src/shared/comparison.ts';
import type { WhatIf } from '../../src/shared/what-if.ts';
import { emptySentence } from '../../src/shared/map-words.ts';
import { DATASET, drawImages, RUN, sampleCheck, sampleComparison, sampleFlip, sampleInput } from '../features/report/sample.ts';
import type { PageInput } from '../features/report/whole-page.ts';
import { expect, test } from './kit.ts';
import { pdfPages } from './pdf-pages.ts';
import { loadRenderReport } from './render-report.ts';

/** How many pages a report takes on paper, printed by a real browser. */

const NOTE = `${'The petals agree in number and shape, the leaves do not. '.repeat(7)}So I disagree.`; // 413 characters
const LONG_NAME = `${'herbarium sheet 0123456789 '.repeat(8)}.jpg`.slice(-200);
const UNBROKEN = `${'0123456789abcdef'.repeat(13)}.jpg`.slice(-200);
const CJK = '薔薇と蒲公英の写真'.repeat(8); // 72 characters of double width
const PORTRAIT = { width: 1200, height: 1920 };
const LANDSCAPE = { width: 1920, height: 1200 };
const PANORAMA = { width: 4000, height: 900 };

const AT = { similarity: 0.1, verdict: 'different' } as const;
const EDIT: WhatIf = {
  ...{ id: 'w1', note: 'Without the middle', createdMs: 0 },
  strokes: [{ image: 0, tool: 'rectangle', fill: 'blur', box: [0.4, 0.4, 0.6, 0.6] }],
  result: { before: { ...AT, distance: 1.63 }, after: { ...AT, distance: 1.2 }, edited: [0.12, 0], threshold: 1.02, sources: ['file', 'file'] },
};

type Change = Partial<Comparison['images'][number]>;

function pair(distance: number, a: Change, b: Change, more: Partial<ReportComparison & Comparison> = {}): ReportComparison {
  const { note, judgement, ...changes } = more;
  const comparison = sampleComparison(distance, {
    warnings: ['The network was trained with rose.jpg, so this verdict is weaker evidence.'],
    ...changes,
  });
  for (const image of comparison.images) image.strongest = { factual: 0.2, counterfactual: 0.1 }; // weak
  Object.assign(comparison.images[0], a);
  Object.assign(comparison.images[1], b);
  const [first, second] = comparison.images.map(({ width, height }) => drawImages(Math.round(width / 10), Math.round(height / 10), 5));
  return { comparison, images: [first!, second!], judgement, note };
}

const hash = sampleComparison().images[0].sha256;
const file = (name: string): string => `/images/${name}`;

/** What a person's pairs can be, five at a time. */
const REPORTS: Record<string, ReportComparison[]> = {
  'portraits, landscapes and panoramas': [
    pair(1.63, PORTRAIT, LANDSCAPE, { judgement: 'agree', note: NOTE }),
    pair(0.41, PORTRAIT, PORTRAIT, { judgement: 'disagree', note: NOTE }),
    pair(1.4, LANDSCAPE, LANDSCAPE),
    pair(1.2, PANORAMA, PORTRAIT, { judgement: 'unsure' }),
    pair(0.3, { width: 32, height: 32 }, { width: 300, height: 3000 }),
  ],
  'names of 200 characters': [
    pair(1.63, { ...PORTRAIT, file: file(LONG_NAME) }, { ...LANDSCAPE, file: file(UNBROKEN) }, { judgement: 'agree', note: NOTE }),
    pair(1.63, { ...PORTRAIT, className: LONG_NAME }, { ...PORTRAIT, className: UNBROKEN }, { judgement: 'agree', note: NOTE }),
    pair(
      0.41,
      { ...PORTRAIT, file: file(UNBROKEN), className: UNBROKEN },
      { ...LANDSCAPE, file: file(UNBROKEN), className: LONG_NAME },
      { note: NOTE },
    ),
    pair(0.41, { ...PORTRAIT, className: CJK }, { ...LANDSCAPE, className: CJK.toUpperCase() }, { note: CJK.repeat(3) }),
    pair(0.41, { ...PORTRAIT, className: 'W'.repeat(200) }, { ...LANDSCAPE, className: 'M'.repeat(200) }, { judgement: 'disagree' }),
  ],
  'identical files, unknown truth, wrong verdicts, empty maps': [
    pair(
      0,
      { ...PORTRAIT, file: file(LONG_NAME), empty: 'identical' },
      { ...PORTRAIT, sha256: hash, file: file(UNBROKEN), empty: 'identical' },
      { scale: 0, judgement: 'unsure', note: NOTE },
    ),
    pair(
      1.63,
      { ...PORTRAIT, file: file(LONG_NAME), className: null },
      { ...PORTRAIT, file: file(UNBROKEN), className: null },
      { judgement: 'unsure', note: NOTE },
    ),
    pair(0.41, { ...PORTRAIT, empty: 'no-factual' }, { ...PORTRAIT, empty: 'no-counterfactual' }, { judgement: 'disagree', note: NOTE }),
    pair(
      0.41,
      {
        ...LANDSCAPE,
        filed: [
          { id: 1, file: 'a', className: 'Rose' },
          { id: 2, file: 'b', className: LONG_NAME },
        ],
      },
      PORTRAIT,
      { note: NOTE, target: 'distance' },
    ),
    pair(1.63, PORTRAIT, PORTRAIT, {
      certainty: { low: 0, high: 0.01, beyond: true, over: 'images' as const, units: 60, pairs: 400, same: 200 },
      warnings: EMPTY_REASONS.map((reason) =>
        emptySentence({ verdict: 'different', target: 'verdict', method: 'gradcam', layer: 'features.18' }, reason),
      ),
      modelSha256: 'f'.repeat(64),
      note: NOTE,
    }),
  ],
};

const FAILS = { counterfactualShift: -0.123 };
REPORTS['checked maps, of which some fail'] = [
  pair(1.63, { ...PORTRAIT, ...FAILS }, { ...LANDSCAPE, ...FAILS }, { check: sampleCheck([1, 0.9]), judgement: 'agree', note: NOTE }),
  pair(1.63, { ...LANDSCAPE, ...FAILS, file: file(LONG_NAME) }, LANDSCAPE, { check: sampleCheck([0.1, 0.1]), note: NOTE }),
  pair(1.63, PORTRAIT, { ...PORTRAIT, ...FAILS }, { check: sampleCheck([0.6, 0.3]), note: NOTE }),
  pair(1.63, PORTRAIT, PORTRAIT, {
    check: sampleCheck([1, 1], { gate: { auc: 0.52, low: 0.44, high: 0.6, pairs: 1008, images: 84 } }),
    note: NOTE,
  }),
  pair(0.41, PORTRAIT, PANORAMA, { check: sampleCheck([0, 0], { z: null }), judgement: 'unsure', note: NOTE }),
];

let folder: string;
let renderReport: Awaited<ReturnType<typeof loadRenderReport>>;
test.beforeAll(async () => {
  renderReport = await loadRenderReport();
  folder = await mkdtemp(join(tmpdir(), 'twinlens-pages-'));
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

const PAPERS: { name: string; format: 'A4' | 'Letter'; paper: PaperSize | undefined }[] = [
  { name: 'A4', format: 'A4', paper: 'A4' },
  { name: 'Letter', format: 'Letter', paper: 'letter' },
  { name: 'the paper that the browser chooses, the smaller one', format: 'Letter', paper: undefined },
];

for (const { name, format, paper } of PAPERS)
  for (const [what, comparisons] of Object.entries(REPORTS))
    test(`five pairs take at most 8 pages of ${name}, one each: ${what}`, async ({ page }) => {
      const input: PageInput = sampleInput({
        comparisons,
        paper,
        sections: ['signature'],
        author: 'Dr. Ana Petrović',
        introduction: NOTE,
        datasets: [{ ...DATASET, warnings: ['3 images are filed under more than one class.'] }],
        runs: [{ ...RUN, name: 'Final network' }],
      });
      await writeFile(join(folder, 'report.html'), renderReport(input));
      await page.goto(pathToFileURL(join(folder, 'report.html')).href);
      const { count, pageOf } = pdfPages(await page.pdf({ format, preferCSSPageSize: true, margin: {} }));
      const starts = comparisons.map((_, i) => pageOf(`comparison-${i + 1}`));
      const first = starts[0]!;
      expect([...starts, count]).toEqual([0, 1, 2, 3, 4, 5].map((i) => first + i)); // each begins where the one before has ended, and the last ends the report
      expect(count).toBeLessThanOrEqual(8);
      await page.emulateMedia({ media: 'print' });
      for (const height of await page.locator('.tile img').evaluateAll((images) => images.map((image) => image.getBoundingClientRect().height)))
        expect(height).toBeGreaterThan(36); // px: about 10 mm, for a panorama
    });

test('with a likelihood ratio, a checked map and a flip test a pair takes one page; edits of two pairs share one', async ({ page }) => {
  const comparisons = [PORTRAIT, LANDSCAPE].map((size) => {
    const shown = pair(1.63, size, size, { check: sampleCheck([1, 0.9]), flip: sampleFlip(), judgement: 'agree', note: 'The petals agree.' });
    return { ...shown, whatIfs: [{ whatIf: EDIT, pictures: [shown.images[0].photo, shown.images[1].photo] as [ImageFile, ImageFile] }] };
  });
  const runs = [{ ...RUN, metrics: RUN.metrics.map((one) => ({ ...one, likelihood: { cllr: 0.3, cllrMin: 0.2 } })) }];
  const sections = ['signature', 'quality', 'likelihood', 'details'] as const;
  await writeFile(join(folder, 'report.html'), renderReport(sampleInput({ comparisons, runs, sections, paper: 'letter' })));
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  const { pageOf } = pdfPages(await page.pdf({ format: 'Letter', preferCSSPageSize: true }));
  const anchors = ['maps', 'comparison-1', 'comparison-2', 'edits-1', 'edits-2'];
  expect(anchors.map(pageOf)).toEqual([0, 1, 2, 3, 3]);
});

test('the signature is never alone on a page', async ({ page }) => {
  const comparisons = Array.from({ length: 6 }, () => pair(1.63, PORTRAIT, LANDSCAPE));
  await writeFile(join(folder, 'report.html'), renderReport(sampleInput({ comparisons, paper: 'A4', sections: ['signature'] })));
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  const { pageOf } = pdfPages(await page.pdf({ preferCSSPageSize: true }));
  expect([pageOf('maps'), pageOf('comparison-1')]).toEqual([1, 2]);
});

test('a note too long for its page continues on the next one, whole', async ({ page }) => {
  const note = Array.from({ length: 60 }, (_, i) => `Sentence ${i + 1} about petals and leaves of the two flowers.`).join(' ');
  const comparisons = [pair(1.63, PORTRAIT, LANDSCAPE, { judgement: 'agree', note }), pair(0.41, PORTRAIT, LANDSCAPE)];
  await writeFile(join(folder, 'report.html'), renderReport(sampleInput({ comparisons, paper: 'A4', sections: [] })));
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  const { count, pageOf } = pdfPages(await page.pdf({ preferCSSPageSize: true }));
  expect([pageOf('comparison-2') - pageOf('comparison-1'), count - pageOf('comparison-2')]).toEqual([2, 1]);
  await expect(page.locator('.long-note')).toContainText('Sentence 60 about petals');
});

test('the appendix begins on a new page', async ({ page }) => {
  await writeFile(join(folder, 'report.html'), renderReport(sampleInput({ paper: 'A4' })));
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  const { count, pageOf } = pdfPages(await page.pdf({ preferCSSPageSize: true }));
  const [opening, comparison, run, details] = ['maps', 'comparison-1', 'run-1', 'details-1'].map(pageOf);
  expect([opening, comparison, run]).toEqual([0, 1, 2]);
  expect(details).toBeGreaterThan(2);
  expect(count).toBeLessThanOrEqual(9);
});

test('details of comparisons longer than half a page leave none of it empty', async ({ page }) => {
  const long = { ...PORTRAIT, file: `/home/ana/images/${'a very long name of a sheet '.repeat(8)}.jpg` };
  const comparisons = Array.from({ length: 5 }, () => pair(1.63, long, long));
  await writeFile(join(folder, 'report.html'), renderReport(sampleInput({ comparisons, paper: 'A4', sections: ['details'] })));
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  const { count, pageOf } = pdfPages(await page.pdf({ preferCSSPageSize: true }));
  expect(count - pageOf('details-1')).toBe(4);
});

test('the end of a scale is at the end of its bar, however narrow the page', async ({ page }) => {
  await writeFile(join(folder, 'report.html'), renderReport(sampleInput({ comparisons: [pair(1.63, PORTRAIT, PORTRAIT, { target: 'distance' })] })));
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  for (const width of [1100, 700, 400]) {
    await page.setViewportSize({ width, height: 800 });
    const ends = page.locator('.scale').first();
    const bar = (await ends.locator('.scale-bar').boundingBox())!;
    const [zero, full] = [(await ends.locator('span').nth(0).boundingBox())!, (await ends.locator('span').nth(1).boundingBox())!];
    expect(full.x).toBeGreaterThanOrEqual(zero.x + zero.width);
    expect(full.x + full.width).toBeCloseTo(bar.x + bar.width, 0);
  }
});
