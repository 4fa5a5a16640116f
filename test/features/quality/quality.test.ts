import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { measureContent, readContent } from '../../../src/main/compute/content/content-rows.ts';
import type { ContentRequest } from '../../../src/main/compute/protocol/content.ts';
import { inspectContent } from '../../../src/main/compute/images/images.ts';
import { packImages } from '../../../src/main/domain/pairs/packed.ts';
import type { QualityPorts } from '../../../src/main/features/quality/ports.ts';
import { Quality } from '../../../src/main/features/quality/quality.ts';
import { contextOf, flagsIn, flagsOfDataset, thresholdsFor } from '../../../src/shared/quality.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { someDataset } from '../../db/records.ts';
import { image } from '../dataset/images.ts';
import { temporaryFolder } from '../dataset/png-files.ts';

/** Twelve drawn images in colour, the first of them nearly black and the second long. */
async function drawnDataset() {
  const root = temporaryFolder();
  mkdirSync(join(root, 'a'));
  const images = [];
  for (let id = 0; id < 12; id++) {
    const [width, height] = id === 1 ? [128, 16] : [48, 48];
    const gain = id === 0 ? 0.1 : 1;
    const data = Uint8Array.from({ length: width! * height! * 3 }, (_, i) => gain * ((i * 73 + id * 11) % 251));
    const file = `a/${id}.png`;
    await sharp(data, { raw: { width: width!, height: height!, channels: 3 } })
      .png()
      .toFile(join(root, file));
    const { sha256, content } = await inspectContent(join(root, file));
    images.push({ ...image(id, id < 6 ? 'a' : 'b'), file, sha256, content });
  }
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const { dataset } = store.datasets.insert(someDataset({ root, images }));
  const calls: string[] = [];
  const ask = (name: string, request: ContentRequest, { signal, onProgress }: { signal?: AbortSignal; onProgress?: (p: unknown) => void } = {}) => {
    calls.push(name);
    if (name === 'readContent') return readContent(request);
    return measureContent(request, { signal: signal ?? new AbortController().signal, progress: (p) => onProgress?.(p) });
  };
  const quality = new Quality({
    ...{ folder: workspace.features, datasets: store.datasets, images: store.browse, choices: store.quality },
    allImages: (id) => {
      const all = store.browse.all(id);
      return Promise.resolve({ images: packImages(all), excluded: Uint8Array.from(all, (one) => Number(one.excluded)) });
    },
    compute: { ask: ask as QualityPorts['compute']['ask'] },
  });
  return { quality, store, dataset, calls };
}

test('images are measured once, excluded ones too; flags follow thresholds and decisions', async () => {
  const { quality, store, dataset, calls } = await drawnDataset();
  expect((await quality.get(dataset)).measured).toBe(0);
  expect(await quality.ofImage(dataset, 0)).toEqual([]);
  store.curation.apply(dataset, { kind: 'exclude', ids: [1] });
  const signal = new AbortController().signal;
  const progress: number[] = [];
  expect(await quality.measure(dataset, { signal, onProgress: ({ total }) => progress.push(total) })).toEqual([]);
  await quality.measure(dataset, { signal, onProgress: ({ total }) => progress.push(total) });
  expect(progress).toEqual([12]);

  const got = await quality.get(dataset);
  expect(got).toMatchObject({ dataset, measured: 12, chosen: {}, accepted: [] });
  expect([...got.excluded]).toEqual([0, 1, ...Array.from({ length: 10 }, () => 0)]);
  const context = contextOf(got, 8);
  const flagged = Array.from(flagsOfDataset(got, thresholdsFor({}, context), context), flagsIn);
  expect(flagged.slice(0, 3)).toEqual([['dark'], ['odd-aspect'], []]);

  expect(await quality.ofImage(dataset, 0)).toEqual([{ flag: 'dark', value: 22, threshold: 55 }]);
  const before = calls.length;
  quality.accept(dataset, 'dark', [0], true);
  expect(await quality.ofImage(dataset, 0)).toEqual([]);
  expect(calls.length - before).toBe(1); // reads only the image's row
  quality.setThreshold(dataset, 'odd-aspect', 9);
  expect(await quality.ofImage(dataset, 1)).toEqual([]);
  expect((await quality.get(dataset)).chosen).toEqual({ 'odd-aspect': 9 });
  quality.setThreshold(dataset, 'odd-aspect', null);
  expect(await quality.ofImage(dataset, 1)).toMatchObject([{ flag: 'odd-aspect', value: 8, threshold: 4 }]);

  quality.accept(dataset, 'dark', [0], false);
  const { images, flagged: listed, csv } = await quality.report(dataset);
  expect([images, listed]).toEqual([11, [{ image: 0, file: 'a/0.png', flags: [{ flag: 'dark', value: 22, threshold: 55 }] }]]);
  expect(csv.split('\r\n').slice(0, 3)).toEqual([
    expect.stringContaining('file,class,split,excluded,flags,sharpness,highlights'),
    expect.stringMatching(/^a\/0\.png,a,train,false,dark,[\d.]+,22,/),
    expect.stringMatching(/^a\/1\.png,a,train,true,odd-aspect,/),
  ]);

  expect(() => quality.setThreshold(dataset, 'dark', 300)).toThrow('from 0 to 255');
  expect(() => quality.setThreshold('none', 'dark', 3)).toThrow(/none/);
  await expect(quality.ofImage(dataset, 99)).rejects.toThrow('no image 99');
});
