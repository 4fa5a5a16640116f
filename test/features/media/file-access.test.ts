import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileAccess } from '../../../src/main/features/media/file-access.ts';
import { temporaryFolder } from '../dataset/png-files.ts';

function kit(): { access: FileAccess; again: () => FileAccess; file: (...parts: string[]) => string } {
  const folder = temporaryFolder();
  const file = (...parts: string[]): string => {
    mkdirSync(join(folder, ...parts.slice(0, -1)), { recursive: true });
    const path = join(folder, ...parts);
    writeFileSync(path, 'bytes');
    return path;
  };
  const again = (): FileAccess =>
    new FileAccess(
      join(folder, 'granted.json'),
      () => [join(folder, 'workspace'), join(folder, 'pets')],
      (path) => path === join(folder, 'compared.png'),
    );
  return { access: again(), again, file };
}

test('allows images of the workspace, of imported folders, chosen and compared ones, and no others', async () => {
  const { access, file } = kit();
  const other = file('private', 'me.png');
  expect(await access.allows(file('pets', 'cats', 'a.png'))).toBe(true);
  expect(await access.allows(file('workspace', 'received', 'x.JPG'))).toBe(true);
  expect(await access.allows(file('compared.png'))).toBe(true);
  expect(await access.allows(other)).toBe(false);
  expect(await access.allows(file('pets-of-another', 'a.png'))).toBe(false);
  await access.add(other);
  expect(await access.allows(other)).toBe(true);
  expect(await access.allows(file('private', 'you.png'))).toBe(false); // not its neighbours
});

test('allows nothing outside by .. or by a link, and images only', async () => {
  const { access, file } = kit();
  const secret = file('private', 'me.png');
  const inside = file('pets', 'a.png');
  expect(await access.allows(join(inside, '..', '..', 'private', 'me.png'))).toBe(false);
  expect(await access.allows(file('workspace', 'twinlens.sqlite'))).toBe(false);
  await access.add(file('private', 'passwords'));
  expect(await access.allows(file('private', 'passwords'))).toBe(false);
  const unnamed = file('pets', 'cats', 'f0a3c1');
  writeFileSync(unnamed, Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
  expect(await access.allows(unnamed)).toBe(true);
  await access.add(file('private', 'passwords.txt'));
  expect(await access.allows(file('private', 'passwords.txt'))).toBe(false);
  if (process.platform === 'win32') return;
  symlinkSync(secret, join(inside, '..', 'link.png'));
  expect(await access.allows(join(inside, '..', 'link.png'))).toBe(false);
});

test('remembers the last 1,000 chosen files; a damaged list counts as empty', async () => {
  const { access, again, file } = kit();
  const first = file('private', 'first.png');
  await access.add(first);
  expect(await again().allows(first)).toBe(true);
  await Promise.all(Array.from({ length: 1000 }, (_, i) => access.add(`/outside/${i}.png`)));
  expect(await again().allows(first)).toBe(false);
  expect((JSON.parse(readFileSync(file('x', 'y').replace('x/y', 'granted.json'), 'utf8')) as string[]).length).toBe(1000);
  file('granted.json');
  expect(await again().allows('/outside/5.png')).toBe(false);
});
