import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageExtras } from '../../../src/main/features/report/extras.ts';
import type { ReportExtras } from '../../../src/main/features/report/types.ts';
import type { Comparison } from '../../../src/shared/comparison.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { flipPictures } from '../../../src/shared/flip.ts';
import { threeDigits } from '../../../src/shared/format.ts';
import { FLIP_CAVEAT, flipLine, flipWords } from '../../../src/shared/flip-words.ts';
import { computeInProcess } from '../training/training-in-process.ts';
import { drawPng } from './png.ts';
import { sampleComparison, sampleFlip, sampleInput, toReportComparison } from './sample.ts';
import { renderReport, textOf } from './whole-page.ts';

const tested = { ...sampleComparison(), flip: sampleFlip() };
const squeeze = (text: string): string => text.replaceAll(/[\s\u00a0]+/g, ' ');
const pageOf = (comparison: Comparison, extras: ReportExtras = {}): string =>
  renderReport({ ...sampleInput({ comparisons: [toReportComparison(comparison)], sections: ['details'] }), extras });

/** The extras of a report with details, whose pictures are in `folder` or can't be drawn. */
const extrasOf = (comparison: Comparison, folder: string | null): Promise<ReportExtras> => {
  const unused = (): never => {
    throw new Error('A report without examples asked for them.');
  };
  return pageExtras(comparison, ['details'], 'image/webp', {
    drawFlip: () => (folder === null ? Promise.reject(new AppError('not-found', 'The image is missing.')) : Promise.resolve()),
    comparisonFolder: () => folder ?? '',
    compute: computeInProcess,
    examples: { find: unused, read: unused },
    matches: unused,
    datasets: { get: unused },
  });
};

test('the appendix has each sentence, the pictures, the caveat, every tried distance, gate and seeds; the page has one sentence', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens-flip-'));
  for (const { name } of flipPictures(tested.flip))
    await writeFile(
      join(folder, name),
      drawPng(32, 32, () => [120, 130, 140]),
    );
  const extras = await extrasOf(tested, folder);
  expect(extras.flip).toHaveLength(8);
  const html = pageOf(tested, extras);
  const text = squeeze(textOf(html));
  for (const { remove, keep } of flipWords(tested).rows) for (const claim of [remove, keep]) expect(text).toContain(squeeze(claim.sentence));
  expect(text).toContain(squeeze(flipLine(tested)!));
  expect(text).toContain(FLIP_CAVEAT);
  const [first, second] = tested.flip.parts.a!.remove.tried;
  expect(text).toContain(`5 %: ${threeDigits(first!.distance)}, 10 %: ${threeDigits(second!.distance)}`);
  for (const pixels of tested.flip.pixels) expect(text).toContain(pixels);
  expect(html.match(/alt="[^"]* of [AB] blurred"/g)).toHaveLength(8);
});

test('a test without pictures says why, one without rows has the reason, and a comparison without a test says nothing of it', async () => {
  const lost = await extrasOf(tested, null);
  expect(lost).toEqual({ flip: 'The image is missing.' });
  expect(squeeze(textOf(pageOf(tested, lost)))).toContain('The pictures can’t be drawn any more. The image is missing.');
  const identical = { ...tested, flip: sampleFlip({ outcome: 'identical', parts: { a: null, b: null, both: null } }) };
  expect(await extrasOf(identical, null)).toEqual({ flip: [] });
  const text = squeeze(textOf(pageOf(identical, { flip: [] })));
  expect(text).toContain('Both images have the same pixels');
  expect(text).not.toContain(FLIP_CAVEAT);
  expect(squeeze(textOf(pageOf(sampleComparison())))).not.toContain('lip test');
});
