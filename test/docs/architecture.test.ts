import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/main/doors/cli/program.ts';

/** The documents that a newcomer follows are true: paths, npm commands and commands of the program exist. */

const PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'CHANGELOG.md', 'BENCHMARKS.md', ...markdownBelow('docs')];
const NPM_OWN = ['test', 'start', 'run', 'install', 'ci'];

function markdownBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
}

/** Code spans and fenced blocks. */
const codeIn = (text: string): string[] => [...text.matchAll(/```[a-z]*\n([\s\S]*?)```|`([^`\n]+)`/g)].map(([, block, span]) => block ?? span!);

/** Paths in code, also inside commands. NAME is a placeholder for what a newcomer adds. */
const pathsIn = (text: string): string[] =>
  codeIn(text).flatMap((code) =>
    [...code.matchAll(/(?<![\w./-])(?:(?:src|test|scripts|docs|resources|\.github)\/[\w./-]*|\.[\w-]+\.mjs)/g)].map(([path]) =>
      path.replace(/\.$/, ''),
    ),
  );
const linksIn = (text: string): string[] => [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);
const npmCommandsIn = (text: string): string[] =>
  codeIn(text).flatMap((code) => [...code.matchAll(/\bnpm (?:run (?:--silent )?)?([\w-]+)/g)].map(([, name]) => name!));
const programCommandsIn = (text: string): string[] =>
  codeIn(text).flatMap((code) => [...code.matchAll(/\btwinlens (?:-- )?([a-z]+)\b/g)].map(([, name]) => name!));

test.each(PAGES)('%s names files and folders that exist', (page) => {
  const text = readFileSync(page, 'utf8');
  const missing = pathsIn(text).filter((path) => !/\bNAME\b/.test(path) && !existsSync(path));
  expect(missing).toEqual([]);
  expect(linksIn(text).filter((link) => !existsSync(join(page, '..', link)))).toEqual([]);
});

test.each(PAGES)('%s names commands that exist', (page) => {
  const text = readFileSync(page, 'utf8');
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect(npmCommandsIn(text).filter((name) => !(name in scripts) && !NPM_OWN.includes(name))).toEqual([]);
  const known = buildProgram().commands.map((command) => command.name());
  expect(programCommandsIn(text).filter((name) => !known.includes(name))).toEqual([]);
});

test('a path inside a command is found', () => {
  const text = 'Run `npm test -- test/nn/ir` or:\n\n```sh\nnode scripts/test.mjs resources/x.png\n```\n';
  expect(pathsIn(text)).toEqual(['test/nn/ir', 'scripts/test.mjs', 'resources/x.png']);
});

test("README's table lists every command of the program, with flags that it has", () => {
  const rows = readFileSync('README.md', 'utf8').matchAll(/^\| (`[a-z].*?`(?:, `[a-z]+`)*) +\| /gm);
  const documented = new Map(
    [...rows].flatMap(([, cell]) => [...cell!.matchAll(/`([a-z]+(?:-[a-z]+)*)([^`]*)`/g)].map(([, name, rest]) => [name!, rest!] as const)),
  );
  const { commands } = buildProgram();
  expect([...documented.keys()]).toEqual(expect.arrayContaining(commands.map((command) => command.name())));
  for (const command of commands) {
    const flags = new Set(command.options.map(({ long }) => long));
    expect([...documented.get(command.name())!.matchAll(/--[a-z-]+/g)].map(([flag]) => flag).filter((flag) => !flags.has(flag))).toEqual([]);
  }
});

test('ARCHITECTURE.md names every folder of the import law', () => {
  const named = pathsIn(readFileSync('ARCHITECTURE.md', 'utf8'));
  const cruiser = readFileSync('.dependency-cruiser.mjs', 'utf8');
  const folders = [...cruiser.matchAll(/^ {2}'(src\/[\w/]+\/)'/gm)].map(([, folder]) => folder!);
  expect(folders.length).toBeGreaterThan(8);
  for (const folder of folders)
    expect(
      named.some((path) => path.startsWith(folder)),
      folder,
    ).toBe(true);
});

test('ARCHITECTURE.md names every pass, in order', () => {
  const text = readFileSync('ARCHITECTURE.md', 'utf8');
  const lower = readFileSync('src/main/nn/engines/onnx-lower.ts', 'utf8');
  const passes = [...lower.matchAll(/name: '([a-z ]+)', run/g)].map(([, name]) => name!);
  expect(passes.length).toBeGreaterThan(5);
  const at = passes.map((name) => text.search(new RegExp(`^\\| (?:[a-z ]+, )?${name}\\b`, 'm')));
  expect(at.every((position) => position > 0)).toBe(true);
  expect(at).toEqual(at.toSorted((a, b) => a - b));
});
