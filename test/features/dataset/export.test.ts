import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { curatedStore } from '../../../src/main/features/dataset/curated.ts';
import { copyCurated, csvOf } from '../../../src/main/features/dataset/export.ts';
import { portableName, UniqueNames } from '../../../src/main/foundation/file-names.ts';
import type { Store } from '../../../src/main/db/store.ts';
import type { CuratedImage } from '../../../src/shared/curation.ts';
import { drawClasses, drawFiles, temporaryFolder } from './png-files.ts';
import { freshStore, importFrom } from './import-helpers.ts';
import { image } from './images.ts';

const curated = (id: number, more: Partial<CuratedImage> = {}): CuratedImage => ({
  ...image(id, 'a'),
  importedClass: 'a',
  excluded: false,
  tags: [],
  ...more,
});

/** RFC 4180, read character by character. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let quotes = false;
  for (let i = text.startsWith('\ufeff') ? 1 : 0; i < text.length; i++) {
    const c = text[i]!;
    if (quotes) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i]!;
      else quotes = false;
    } else if (c === '"') quotes = true;
    else if (c === ',') {
      rows.at(-1)!.push(field);
      field = '';
    } else if (c === '\r' && text[i + 1] === '\n') {
      rows.at(-1)!.push(field);
      field = '';
      rows.push([]);
      i++;
    } else field += c;
  }
  return rows.slice(0, -1);
}

describe('CSV', () => {
  test('has one line per image, with imported and curated values', () => {
    const text = csvOf([curated(0, { tags: ['blurry', 'ask Jo'], excluded: true, className: 'b' }), curated(1)]);
    expect(readCsv(text)).toEqual([
      ['file', 'class', 'imported class', 'split', 'tags', 'excluded', 'width', 'height', 'sha256'],
      ['a/000000.png', 'b', 'a', 'train', 'blurry; ask Jo', 'yes', '3', '2', 'content 0'],
      ['a/000001.png', 'a', 'a', 'train', '', 'no', '3', '2', 'content 1'],
    ]);
    expect(text.startsWith('\ufefffile,')).toBe(true);
  });

  test('any names are read back unchanged, and none starts as a formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom('', '=', '+', '-', '@', '\t', '"', '\r\n', ','), (name, first) => {
        const [, row] = readCsv(csvOf([curated(0, { className: first + name })]));
        const given = first + name;
        expect(row).toHaveLength(9);
        expect([given, `'${given}`]).toContain(row![1]);
        expect(row![1]).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});

describe('file names that are valid on every system', () => {
  test.each([
    ['rose.png', 'rose.png'],
    ['CON', '_CON'],
    ['aux.jpg', '_aux.jpg'],
    ['a<b>:"/\\|?*c.png', 'a_b________c.png'],
    ['ends with dots...', 'ends with dots'],
    ['trailing space .png', 'trailing space_.png'],
    ['line\nbreak\u202e.png', 'line_break_.png'],
    ['..', '_'],
    ['   ', '_'],
    ['日本語.jpg', '日本語.jpg'],
  ])('%j becomes %j', (name, portable) => {
    expect(portableName(name)).toBe(portable);
  });

  test('any name becomes valid on Windows, short, and unique ignoring case', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('a', 'A', 'nul.txt', 'com1', '. .', 'ß', 'SS'))),
        (names) => {
          const unique = new UniqueNames();
          const given = names.map((name) => unique.take(name));
          expect(new Set(given.map((name) => name.toUpperCase())).size).toBe(names.length);
          for (const name of given) {
            expect(name).not.toMatch(/[<>:"/\\|?*\p{Cc}]|[. ]$|^$/u);
            expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
            expect([...name].length).toBeLessThanOrEqual(140);
          }
        },
      ),
    );
  });
});

describe('a copy', () => {
  const curatedFolder = async (): Promise<{ store: Store; root: string; images: CuratedImage[] }> => {
    const root = drawClasses(temporaryFolder(), { cats: 6, dogs: 6 });
    drawFiles(root, { 'cats/more/0.png': 100 });
    const store = curatedStore(freshStore());
    await importFrom(root, store, { name: 'pets' });
    const [first, second] = store.browse.all('pets');
    store.curation.apply('pets', { kind: 'exclude', ids: [first!.id] });
    store.curation.apply('pets', { kind: 'relabel', ids: [second!.id], className: 'LPT1' });
    return { store, root, images: store.browse.all('pets') };
  };
  const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

  test('has the included images in folders of their current classes, byte for byte, and can be imported', async () => {
    const { store, root, images } = await curatedFolder();
    const out = join(temporaryFolder(), 'new', 'copy');
    const progress: number[] = [];
    await copyCurated({ root, images, out, ...quiet, onProgress: (done) => progress.push(done) });
    expect(readdirSync(out).sort()).toEqual(['_LPT1', 'cats', 'dogs', 'images.csv']);
    expect(readdirSync(join(out, '_LPT1'))).toEqual(['1.png']);
    expect(readFileSync(join(out, '_LPT1', '1.png'))).toEqual(readFileSync(join(root, 'cats', '1.png')));
    expect(readdirSync(join(out, 'cats')).sort()).toEqual(['0.png', '2.png', '3.png', '4.png', '5.png']); // 0.png from cats/more: the other is excluded
    expect(progress.at(-1)).toBe(12);
    const again = await importFrom(out, store, { name: 'copied' });
    expect(again.images).toBe(12);
    const hashes = (dataset: string): string[] =>
      store.datasets
        .images(dataset)
        .map(({ sha256 }) => sha256)
        .sort();
    expect(hashes('copied')).toEqual(hashes('pets'));
  });

  test('overwrites nothing', async () => {
    const { root, images } = await curatedFolder();
    const out = temporaryFolder();
    writeFileSync(join(out, 'mine.txt'), 'mine');
    await expect(copyCurated({ root, images, out, ...quiet })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('not empty') as string,
    });
    await expect(copyCurated({ root, images, out: join(out, 'mine.txt'), ...quiet })).rejects.toMatchObject({ code: 'bad-request' });
    expect(readdirSync(out)).toEqual(['mine.txt']);
  });

  test('deletes the copy when it is cancelled, or a file is missing or changed', async () => {
    const { root, images } = await curatedFolder();
    const out = join(temporaryFolder(), 'copy');
    const controller = new AbortController();
    const cancelled = copyCurated({ root, images, out, signal: controller.signal, onProgress: (done) => done === 3 && controller.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(out)).toBe(false);
    drawFiles(root, { 'dogs/3.png': 999 });
    await expect(copyCurated({ root, images, out, ...quiet })).rejects.toMatchObject({
      code: 'bad-image',
      message: expect.stringContaining('has changed') as string,
    });
    rmSync(join(root, 'dogs', '3.png'));
    mkdirSync(out);
    await expect(copyCurated({ root, images, out, ...quiet })).rejects.toMatchObject({ code: 'not-found' });
    expect(readdirSync(out)).toEqual([]); // the folder existed before
  });

  test('deletes no file of another program when it fails or is cancelled, and replaces none', async () => {
    const { root, images } = await curatedFolder();
    for (const [at, before] of [
      [3, true],
      [3, false],
      [12, false],
    ] as const) {
      const out = join(temporaryFolder(), 'copy');
      if (before) mkdirSync(out);
      const controller = new AbortController();
      const onProgress = (done: number): void => {
        if (done !== at) return;
        mkdirSync(join(out, 'cats'), { recursive: true });
        writeFileSync(join(out, 'cats', '9.png'), 'mine');
        writeFileSync(join(out, 'images.csv'), 'mine');
        if (at < 12) controller.abort();
      };
      await expect(copyCurated({ root, images, out, signal: controller.signal, onProgress })).rejects.toMatchObject({
        code: at < 12 ? 'cancelled' : 'bad-request',
      });
      expect(readdirSync(out, { recursive: true }).sort()).toEqual(['cats', join('cats', '9.png'), 'images.csv']);
      for (const file of [join('cats', '9.png'), 'images.csv']) expect(readFileSync(join(out, file), 'utf8')).toBe('mine');
    }
  });
});
