import Database from 'better-sqlite3';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { inspectContent } from '../../../src/main/compute/images/images.ts';
import { openStore } from '../../../src/main/db/store.ts';
import type { Inspect } from '../../../src/main/features/dataset/import.ts';
import { workspaceAt } from '../../../src/main/foundation/workspace.ts';
import { SPLITS } from '../../../src/shared/dataset.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { freshStore, importFrom } from './import-helpers.ts';
import { drawClasses, drawFiles, temporaryFolder } from './png-files.ts';
import { pairsIn } from './pairs.ts';

describe('copies of an image', () => {
  const decodingInspect: Inspect = (files) => Promise.all(files.map((file) => inspectContent(file)));
  const noise = (seed: number): Sharp => {
    const random = randomFor(seed, 'noise');
    const data = Uint8Array.from({ length: 24 * 24 * 3 }, () => random.below(256));
    return sharp(data, { raw: { width: 24, height: 24, channels: 3 } });
  };
  /** 20 images a class, each as two files of the same pixels: other compression, other EXIF text. */
  async function withCopies(): Promise<string> {
    const files: Record<string, Buffer> = {};
    for (const [c, name] of ['a', 'b'].entries()) {
      for (let i = 0; i < 10; i++) {
        const [png, jpeg] = [noise(100 * c + i), noise(100 * c + 50 + i)];
        files[`${name}/p${i}.png`] = await png.clone().png({ compressionLevel: 9 }).toBuffer();
        files[`${name}/p${i} copy.png`] = await png.clone().png({ compressionLevel: 0 }).toBuffer();
        files[`${name}/j${i}.jpg`] = await jpeg.clone().jpeg().toBuffer();
        files[`${name}/j${i} copy.jpg`] = await jpeg
          .clone()
          .withExif({ IFD0: { ImageDescription: `copy ${i}` } })
          .jpeg()
          .toBuffer();
      }
    }
    return drawFiles(temporaryFolder(), files);
  }
  const original = (file: string): string => file.replace(' copy', '');

  test('of other bytes stay in one split and never form a pair', async () => {
    const store = freshStore();
    const summary = await importFrom(await withCopies(), store, { inspect: decodingInspect });
    expect(summary.warnings).toContainEqual(expect.stringContaining('40 images are stored more than once within a class'));
    const images = store.datasets.images(summary.dataset);
    expect(new Set(images.map(({ sha256 }) => sha256)).size).toBe(80);
    for (const copies of Map.groupBy(images, ({ file }) => original(file)).values()) {
      expect(copies).toHaveLength(2);
      expect(new Set(copies.map(({ split }) => split)).size).toBe(1);
    }
    for (const split of SPLITS) {
      const pairs = pairsIn(store, summary.dataset, split);
      expect(pairs.length).toBeGreaterThan(0);
      for (const { a, b } of pairs) expect(original(images[a]!.file)).not.toBe(original(images[b]!.file));
    }
  });

  test('of other bytes in two classes are a contradiction: named in a warning, and never a pair', async () => {
    const folder = drawClasses(temporaryFolder(), { a: 0, b: 0 });
    for (const [c, name] of ['a', 'b'].entries()) {
      for (let i = 0; i < 20; i++)
        drawFiles(folder, {
          [`${name}/${i}.png`]: await noise(100 * c + i)
            .png()
            .toBuffer(),
        });
    }
    drawFiles(folder, { 'b/again.png': await noise(3).png({ compressionLevel: 0 }).toBuffer() });
    const store = freshStore();
    const { dataset, warnings } = await importFrom(folder, store, { inspect: decodingInspect });
    expect(warnings.join('\n')).toMatch(/^1 image is filed under more than one class: "a\/3.png" = "b\/again.png"/);
    const images = store.datasets.images(dataset);
    const [first, second] = ['a/3.png', 'b/again.png'].map((name) => images.find(({ file }) => file === name)!);
    expect(first!.split).toBe(second!.split);
    const pairs = SPLITS.flatMap((split) => pairsIn(store, dataset, split));
    expect(pairs.filter(({ a, b }) => a + b === first!.id + second!.id && Math.abs(a - b) === Math.abs(first!.id - second!.id))).toEqual([]);
  });

  test('an import of version 0.1.0 gets its contents by importing the folder again', async () => {
    const folder = temporaryFolder();
    for (const [c, name] of ['a', 'b'].entries()) {
      for (let i = 0; i < 12; i++)
        drawFiles(folder, {
          [`${name}/${i}.png`]: await noise(100 * c + i)
            .png()
            .toBuffer(),
        });
    }
    const workspace = workspaceAt(temporaryFolder());
    const asBefore: Inspect = async (files, options) =>
      (await decodingInspect(files, options)).map((one) => ('error' in one ? one : { ...one, content: one.sha256 }));
    let store = openStore(workspace, { write: true, command: 'test' });
    const older = await importFrom(folder, store, { inspect: asBefore });
    store.close();
    const db = new Database(workspace.database);
    db.exec('UPDATE images SET content = NULL');
    db.close();

    store = openStore(workspace, { write: true, command: 'test' });
    onTestFinished(() => store.close());
    const before = store.datasets.images(older.dataset);
    expect(before.every(({ content, sha256 }) => content === sha256)).toBe(true);
    expect(await importFrom(folder, store, { inspect: decodingInspect })).toEqual(older);
    const after = store.datasets.images(older.dataset);
    expect(after.every(({ content, sha256 }) => content !== sha256)).toBe(true);
    expect(after.map((image) => ({ ...image, content: image.sha256 }))).toEqual(before);
  });

  test('a folder with copies becomes another data set than its import by version 0.1.0, whose pairs held copies', async () => {
    const folder = await withCopies();
    const store = freshStore();
    const asBefore: Inspect = async (files, options) =>
      (await decodingInspect(files, options)).map((one) => ('error' in one ? one : { ...one, content: one.sha256 }));
    const older = await importFrom(folder, store, { inspect: asBefore });
    expect((await importFrom(folder, store, { inspect: decodingInspect })).dataset).not.toBe(older.dataset);
    expect(store.datasets.get(older.dataset)).toEqual(older);
  });
});
