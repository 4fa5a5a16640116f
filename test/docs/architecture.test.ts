import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The documents that a newcomer follows name paths that exist. */

const PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'CHANGELOG.md', 'BENCHMARKS.md', 'docs/decisions/README.md', 'docs/language.md'];

/** Paths in backticks. NAME in one stands for what a newcomer adds. */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`((?:src|test|scripts|docs|resources|\.github)\/[\w./-]+|\.[\w-]+\.mjs)`/g)].map(([, path]) => path!);
const linksIn = (text: string): string[] => [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);

test.each(PAGES)('%s names files and folders that exist', (page) => {
  const text = readFileSync(page, 'utf8');
  const missing = pathsIn(text).filter((path) => !/\bNAME\b/.test(path) && !existsSync(path));
  expect(missing).toEqual([]);
  expect(linksIn(text).filter((link) => !existsSync(join(page, '..', link)))).toEqual([]);
});

test('ARCHITECTURE.md names every room of src', () => {
  const named = pathsIn(readFileSync('ARCHITECTURE.md', 'utf8'));
  const cruiser = readFileSync('.dependency-cruiser.mjs', 'utf8');
  const rooms = [...cruiser.matchAll(/^ {2}'(src\/[\w/]+\/)'/gm)].map(([, room]) => room!);
  expect(rooms.length).toBeGreaterThan(8);
  for (const room of rooms)
    expect(
      named.some((path) => path.startsWith(room)),
      room,
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
