import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { listClassFolders, type Listing } from '../../../src/main/features/dataset/scan.ts';
import { absoluteFile, hasImageExtension } from '../../../src/main/foundation/image-files.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { drawFiles, temporaryFolder } from './png-files.ts';

const posix = process.platform !== 'win32';
const reasons = (rejected: { file: string; reason: string }[]): Record<string, string> =>
  Object.fromEntries(rejected.map(({ file, reason }) => [file, reason]));

describe('listClassFolders', () => {
  test('lists classes recursively, sorted by code point in every locale, with / between folders', async () => {
    // In any European locale ä sorts beside a and B behind a; U+FF5E (one unit) comes before U+1F600 (two surrogates, D83D DE00).
    const names = ['b/1.png', 'B/1.png', 'a/10.png', 'a/2.png', 'ä/1.png', 'a/deep/er/3.png', '\u{1f600}/1.png', '\uff5e/1.png'];
    const folder = drawFiles(temporaryFolder(), Object.fromEntries(names.map((name, i) => [name, i])));
    const { files, rejected, classFolders, root } = await listClassFolders(folder);
    expect(files.map(({ file }) => file)).toEqual([
      'B/1.png',
      'a/10.png',
      'a/2.png',
      'a/deep/er/3.png',
      'b/1.png',
      'ä/1.png',
      '\uff5e/1.png',
      '\u{1f600}/1.png',
    ]);
    expect(files.find(({ file }) => file === 'a/deep/er/3.png')?.className).toBe('a');
    expect(rejected).toEqual([]);
    expect(classFolders).toHaveLength(6);
    for (const { file } of files) expect(existsSync(absoluteFile(root, file))).toBe(true);
  });

  test('takes the known extensions in any case and rejects every stray file with its reason', async () => {
    const good = ['a.jpg', 'a.JPEG', 'a.png', 'a.WebP', 'a.avif', 'a.tif', 'a.TIFF', 'a.gif'];
    const stray = { 'a.bmp': 'BMP', 'a.heic': 'HEIC', 'notes.txt': '.txt', 'a.png.exe': '.exe', README: 'no extension', '.DS_Store': 'hidden' };
    const system = { 'Thumbs.db': 'operating system', '.a.png': 'hidden', '._a.png': 'hidden' };
    const folder = temporaryFolder();
    drawFiles(folder, Object.fromEntries([...good, ...Object.keys(stray), ...Object.keys(system)].map((name) => [`cats/${name}`, 'x'])));
    drawFiles(folder, {
      'loose.png': 1,
      'labels.csv': 'x',
      '__MACOSX/cats/a.png': 2,
      '.git/a.png': 3,
      'cats/.thumbs/a.png': 4,
      'cats/constructor': 'x',
    });
    const { files, rejected, classFolders } = await listClassFolders(folder);
    expect(files.map(({ file }) => file).sort()).toEqual(good.map((name) => `cats/${name}`).sort());
    expect(classFolders).toEqual(['cats']);
    const by = reasons(rejected);
    for (const [name, word] of Object.entries({ ...stray, ...system })) expect(by[`cats/${name}`], name).toContain(word);
    expect(by['loose.png']).toBe('not inside a class folder');
    expect(by['labels.csv']).toBe('not inside a class folder');
    expect(by['__MACOSX']).toContain('operating system');
    expect(by['.git']).toBe('hidden folder');
    expect(by['cats/.thumbs']).toBe('hidden folder');
    expect(Object.keys(by)).toHaveLength(15); // nothing below a hidden folder is named
    expect(rejected.map(({ file }) => file)).toEqual([...rejected.map(({ file }) => file)].sort());
  });

  test('finds images by their content where the name does not say it', async () => {
    const jpeg = '\xff\xd8\xff\xe0 and so on';
    const names = [
      'saved.jfif',
      'old.JPE',
      'photo.pjpeg',
      'pair.MPO',
      'noending',
      'f0a3c1d2e4',
      'tweet.jpg_large',
      'image.jpg.1',
      'backup.jpg~',
      'scan.dat',
    ];
    const folder = temporaryFolder();
    drawFiles(folder, { 'cats/notes': 'words', 'cats/labels.txt': 'words', 'cats/empty': '', 'cats/grey.pgm': 'P5 1 1 255 x' });
    for (const name of names) writeFileSync(join(folder, 'cats', name), Buffer.from(jpeg, 'latin1'));
    const { files, rejected } = await listClassFolders(folder);
    expect(files.map(({ file }) => file)).toEqual([...names, 'grey.pgm'].map((name) => `cats/${name}`).sort());
    expect(reasons(rejected)).toEqual({
      'cats/notes': expect.stringContaining('no extension') as string,
      'cats/labels.txt': 'not an image (.txt)',
      'cats/empty': expect.stringContaining('no extension') as string,
    });
  });

  test.each(['a.constructor', 'a.toString', 'png', '.png', 'a.pngx', 'a.'])('%j has no image extension', (name) => {
    if (name !== '.png') expect(hasImageExtension(name)).toBe(false);
    else expect(hasImageExtension(name)).toBe(true); // the leading dot alone makes it a hidden file: see above
  });

  test.skipIf(!posix)('survives cycles of links, broken links and links back into the data set', async () => {
    const folder = drawFiles(temporaryFolder(), { 'a/1.png': 1, 'b/2.png': 2 });
    symlinkSync('..', join(folder, 'a', 'up'));
    symlinkSync('.', join(folder, 'a', 'here'));
    symlinkSync('x', join(folder, 'a', 'y'));
    symlinkSync('y', join(folder, 'a', 'x'));
    symlinkSync('nowhere.png', join(folder, 'a', 'gone.png'));
    symlinkSync('b', join(folder, 'alias'));
    symlinkSync(folder, join(folder, 'self'));
    const { files, rejected } = await listClassFolders(folder);
    expect(files.map(({ file }) => file)).toEqual(['a/1.png', 'b/2.png']);
    const by = reasons(rejected);
    expect(Object.keys(by).sort()).toEqual(['a/gone.png', 'a/here', 'a/up', 'a/x', 'a/y', 'alias', 'self']);
    expect(by['a/gone.png']).toBe('a broken link');
    expect(by['a/x']).toBe('a circular link');
    expect(by['alias']).toContain('already listed');
  });

  test.skipIf(!posix)('follows links to class folders and files outside, each folder once', async () => {
    const outside = drawFiles(temporaryFolder(), { 'cats/1.png': 1, 'cats/kittens/2.png': 2, 'one.png': 3 });
    symlinkSync(outside, join(outside, 'cats', 'loop'));
    const folder = drawFiles(temporaryFolder(), { 'dogs/1.png': 4 });
    symlinkSync(join(outside, 'cats'), join(folder, 'cats'));
    symlinkSync(join(outside, 'cats'), join(folder, 'felines'));
    symlinkSync(join(outside, 'one.png'), join(folder, 'dogs', 'one.png'));
    const { files, rejected } = await listClassFolders(folder);
    // cats/loop leads to `outside`, whose own cats folder has been entered already: one.png is new there, cats is not.
    expect(files.map(({ file }) => file)).toEqual(['cats/1.png', 'cats/kittens/2.png', 'cats/loop/one.png', 'dogs/1.png', 'dogs/one.png']);
    expect(reasons(rejected)).toEqual({
      'cats/loop/cats': 'a link to a folder that is already listed',
      felines: 'a link to a folder that is already listed',
    });
  });

  test.skipIf(!posix)('does not open a pipe named .png', async () => {
    const folder = drawFiles(temporaryFolder(), { 'a/1.png': 1 });
    execFileSync('mkfifo', [join(folder, 'a', 'pipe.png')]);
    expect(reasons((await listClassFolders(folder)).rejected)).toEqual({ 'a/pipe.png': 'not a regular file' });
  });

  test.skipIf(process.platform !== 'linux')('rejects a name that is not UTF-8, and lists the rest', async () => {
    const folder = drawFiles(temporaryFolder(), { 'a/1.png': 1 });
    writeFileSync(Buffer.concat([Buffer.from(join(folder, 'a/')), Buffer.from([0xff, 0xfe]), Buffer.from('.png')]), 'x');
    const { files, rejected } = await listClassFolders(folder);
    expect(files.map(({ file }) => file)).toEqual(['a/1.png']);
    expect(rejected[0]?.reason).toContain("name can't be read");
  });

  test.skipIf(!posix)('rejects unreadable folders and files without failing', async () => {
    const folder = drawFiles(temporaryFolder(), { 'a/1.png': 1, 'a/secret.png': 2, 'a/locked/3.png': 3, 'b/4.png': 4 });
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'a', 'secret.png'), 0);
    chmodSync(join(folder, 'a', 'locked'), 0);
    const { files, rejected } = listAsNobody(folder);
    chmodSync(join(folder, 'a', 'locked'), 0o700);
    expect(files.map(({ file }) => file)).toEqual(['a/1.png', 'b/4.png']);
    expect(reasons(rejected)).toEqual({
      'a/secret.png': 'you are not permitted to read it',
      'a/locked': 'unreadable folder: you are not permitted to read it',
    });
  });

  test.skipIf(!posix)('keeps hostile names unchanged', async () => {
    const names = [`it's "quoted"`, 'line\nbreak', '\u202egnp.txt', '<img src=x onerror=alert(1)>', '__proto__', '$(touch x)', 'back\\slash', ' '];
    const folder = drawFiles(temporaryFolder(), Object.fromEntries(names.map((name, i) => [`${name}/${name}.png`, i])));
    const { files, root } = await listClassFolders(folder);
    expect(files.map(({ className }) => className).sort()).toEqual([...names].sort());
    for (const { file } of files) expect(existsSync(absoluteFile(root, file))).toBe(true);
  });

  test('names the folder that is missing, a file, or unlistable', async () => {
    const folder = drawFiles(temporaryFolder(), { 'file.png': 1 });
    await expect(listClassFolders(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('nowhere') as string,
    });
    await expect(listClassFolders(join(folder, 'file.png'))).rejects.toMatchObject({ code: 'bad-dataset' });
    await expect(listClassFolders(join(folder, 'x'.repeat(5000)))).rejects.toBeInstanceOf(AppError);
  });

  test('stops when cancelled', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'a'));
    await expect(listClassFolders(folder, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  const flowers = resolve('..', 'shared', 'data', 'flowers');
  test.skipIf(!existsSync(flowers))('the flower photographs (skipped where ../shared/data is absent)', async () => {
    const { files, rejected } = await listClassFolders(flowers);
    const counts = Object.groupBy(files, ({ className }) => className);
    expect(Object.entries(counts).map(([name, list]) => [name, list?.length])).toEqual([
      ['Daisy', 110],
      ['Dandelion', 110],
      ['Rose', 113],
      ['Sunflower', 110],
      ['Tulip', 114],
    ]);
    expect(rejected).toEqual([]);
  });
});

/** Lists in a process of the user nobody: permission bits don't bind root, who runs tests in a container. */
function listAsNobody(folder: string): Listing {
  const module = JSON.stringify(pathToFileURL(resolve('src/main/features/dataset/scan.ts')).href);
  const script = `const { listClassFolders } = await import(${module}); console.log(JSON.stringify(await listClassFolders(process.argv[1])));`;
  const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script, folder], { ...asNobody, cwd: '/', encoding: 'utf8' });
  return JSON.parse(out) as Listing;
}
