import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { composeReport, type ReportReaders } from '../../../src/main/features/report/compose.ts';
import { imageFileType, pageImages } from '../../../src/main/features/report/images.ts';
import { writeReport } from '../../../src/main/features/report/pages.ts';
import { encodeJpeg } from '../../../src/main/compute/images/images.ts';
import type { Comparison } from '../../../src/shared/comparison.ts';
import { SECTION_NAMES } from '../../../src/shared/report.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { computeInProcess } from '../training/training-in-process.ts';
import { drawPng } from './png.ts';
import { DATASET, drawImages, RUN, sampleComparison } from './sample.ts';

let folder: string;
let comparison: Comparison;
const runsRead: string[] = [];
const readers: ReportReaders = {
  comparison: (id) => (id === comparison.comparison ? comparison : null),
  images: (shown, mime) => pageImages(shown, mime, { drawOverlays: () => Promise.resolve(), compute: computeInProcess }),
  editCount: () => 0,
  whatIfs: () => Promise.resolve([]),
  extras: () => Promise.resolve({}),
  run: async (id) => (runsRead.push(id), id === RUN.run ? RUN : null),
  dataset: (id) => (id === DATASET.dataset ? DATASET : undefined),
};
const request = (comparisons: string[], title?: string) => ({
  comparisons,
  out: join(folder, 'out', 'report.html'),
  generatedMs: 0,
  appVersion: '0.1.0',
  ...(title !== undefined && { title }),
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinlens-report-'));
  comparison = sampleComparison();
  runsRead.length = 0;
  for (const [i, image] of comparison.images.entries()) {
    const images = drawImages(24, 18, 5 + i);
    for (const kind of ['photo', 'factual', 'counterfactual'] as const) {
      image[kind] = join(folder, `${i}-${kind}.png`);
      await writeFile(image[kind], images[kind].bytes);
    }
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const refusal = (code: string, words: RegExp) => expect.objectContaining({ name: 'AppError', code, message: expect.stringMatching(words) });

describe('writing a report', () => {
  test('writes one complete file with all images in it', async () => {
    const { file } = await writeReport(request(['cmp-31', 'cmp-31']), readers);
    const page = await readFile(file, 'utf8');
    expect(page.endsWith('</html>\n')).toBe(true);
    expect(page.match(/data:image\/webp;base64,/g)).toHaveLength(6);
    expect(page).toContain('<title>26605779860_50872b454a_n.jpg and 14087947408_9779257411_n.jpg</title>');
    expect(await readdir(join(folder, 'out'))).toEqual(['report.html']);
    expect(runsRead).toEqual([RUN.run]);
  });

  test('uses a given title', async () => {
    const { file } = await writeReport(request(['cmp-31'], 'Spring review'), readers);
    expect(await readFile(file, 'utf8')).toContain('<title>Spring review</title>');
  });

  test('refuses an unknown comparison and an empty list', async () => {
    await expect(writeReport(request(['cmp-404']), readers)).rejects.toEqual(refusal('not-found', /no comparison cmp-404/));
    await expect(writeReport(request([]), readers)).rejects.toEqual(refusal('usage', /at least one/));
  });

  test('names a missing or damaged image with its comparison, and writes nothing', async () => {
    await writeFile(comparison.images[1].factual, 'not an image');
    await expect(writeReport(request(['cmp-31']), readers)).rejects.toEqual(
      refusal('bad-image', /An image file of comparison cmp-31, of 14087947408.* is damaged/),
    );
    await rm(comparison.images[0].photo);
    await expect(writeReport(request(['cmp-31']), readers)).rejects.toEqual(
      refusal('not-found', /An image file of comparison cmp-31, of 26605779860.* is missing/),
    );
    expect(await readdir(folder)).not.toContain('out');
  });
});

describe('a report of a thousand comparisons', () => {
  test('is generated one comparison at a time', async () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `cmp-${i}`);
    let loaded = 0;
    const many: ReportReaders = {
      ...readers,
      comparison: (id) => ({ ...comparison, comparison: id }),
      images: () => {
        loaded += 1;
        const image = { bytes: Buffer.alloc(50_000), mime: 'image/webp' } as const;
        const files = { photo: image, factual: image, counterfactual: image };
        return Promise.resolve([files, files]);
      },
    };
    const { report } = await composeReport({ comparisons: ids, generatedMs: 0, appVersion: '0.1.0', sections: SECTION_NAMES }, many);
    expect([report!.comparisons, report!.parts, loaded]).toEqual([1000, 1002, 0]); // the details are previewed with their comparison
    let bytes = 0;
    let parts = 0;
    for await (const part of report!.whole()) {
      expect(loaded).toBe(Math.min(parts, 1000)); // one ahead of nothing
      expect(part.length).toBeLessThan(1_500_000); // the opening's overview grows with the number of comparisons
      bytes += part.length;
      parts += 1;
    }
    expect(parts).toBe(1 + 1000 + 1 + 1000 + 1); // opening, comparisons, appendix, details, end
    expect(bytes).toBeGreaterThan(1000 * 6 * 50_000 * (4 / 3)); // 400 MB: as one string it is near V8's limit of 512 MB
  });
});

test('images in a report are small enough for 400 KB per comparison', async () => {
  const photo = (seed: number): Promise<Buffer> => {
    const [width, height] = [1024, 768];
    const random = randomFor(seed, 'photograph');
    // Noise over a gradient, like a detailed photograph: JPEG needs about 300 KB for it.
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
      Math.max(0, Math.min(255, ((i / (width * 3)) % 200) + random.between(-12, 12))),
    );
    return encodeJpeg({ data, width, height });
  };
  for (const [i, image] of comparison.images.entries())
    for (const [k, kind] of (['photo', 'factual', 'counterfactual'] as const).entries()) await writeFile(image[kind], await photo(3 * i + k));
  const images = await pageImages(comparison, 'image/webp', { drawOverlays: () => Promise.resolve(), compute: computeInProcess });
  const bytes = images.flatMap(({ photo: p, factual, counterfactual }) => [p, factual, counterfactual]).map((file) => file.bytes.length);
  expect(bytes.reduce((a, b) => a + b) * (4 / 3)).toBeLessThan(400_000);
  for (const { photo: p } of images) expect(await sharp(p.bytes).metadata()).toMatchObject({ format: 'webp', width: 600, height: 450 });
});

test('overlays are cut to their photograph, and a PDF gets JPEG', async () => {
  const [width, height] = [60, 180]; // narrow: its overlay is padded on both sides
  const photo = drawPng(width, height, () => [120, 130, 140]);
  const [white, red] = [
    [255, 255, 255],
    [200, 20, 20],
  ] as const;
  const [W, H, left] = [171, 512, 42]; // of the photograph in an overlay of 256 px, with a legend of 60 px
  const overlay = drawPng(256, H + 60, (x, y) => (y < H && x >= left && x < left + W ? white : red));
  for (const image of comparison.images) {
    await writeFile(image.photo, photo);
    for (const kind of ['factual', 'counterfactual'] as const) await writeFile(image[kind], overlay);
  }
  const [{ photo: p, factual }] = await pageImages(comparison, 'image/jpeg', { drawOverlays: () => Promise.resolve(), compute: computeInProcess });
  expect(p.mime).toBe('image/jpeg');
  expect(await sharp(p.bytes).metadata()).toMatchObject({ format: 'jpeg', width, height });
  expect(await sharp(factual.bytes).metadata()).toMatchObject({ format: 'jpeg', width: W, height: H });
  const { channels } = await sharp(factual.bytes).stats();
  expect(Math.min(...channels.map(({ min }) => min))).toBeGreaterThan(250); // nothing red of padding and legend
});

test('recognises image files by their first bytes', () => {
  expect(imageFileType(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toBe('image/jpeg');
  expect(imageFileType(drawPng(2, 2, () => [0, 0, 0]))).toBe('image/png');
  expect(imageFileType(Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1'))).toBe('image/webp');
  expect(imageFileType(Buffer.from('<svg onload="x">'))).toBeNull();
  expect(imageFileType(Buffer.alloc(0))).toBeNull();
});
