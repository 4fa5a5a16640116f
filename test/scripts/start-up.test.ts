import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasBuild } from '../doors/cli/kit.ts';

/** A built program's own file and the chunks that it loads at once, relative to dist/main. Chunks loaded on demand are left out. */
function filesAtStart(file: string): string[] {
  const chunks = readFileSync(resolve('dist', 'main', file), 'utf8').matchAll(/^(?:const|let|var) \w+ = require\("\.\/([^"]+\.cjs)"\)/gm);
  return [file, ...chunks.flatMap(([, chunk]) => filesAtStart(join(dirname(file), chunk!)))];
}

/** The npm modules inside the files that a built program loads at its start. */
function modulesAtStart(name: string): Set<string> {
  const maps = filesAtStart(`${name}.cjs`)
    .map((file) => resolve('dist', 'main', `${file}.map`))
    .filter((map) => existsSync(map)); // the bundler's own runtime has none
  const sources = maps.flatMap((map) => (JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] }).sources);
  return new Set(sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []));
}

describe.skipIf(!hasBuild)('what a program loads at its start', () => {
  test.each(['cli', 'compute', 'datasets', 'index', 'reader'])('%s: no schema library', (name) => {
    expect(modulesAtStart(name)).not.toContain('zod');
  });

  test('compute loads no font library at start: only overlays need it', () => {
    expect(modulesAtStart('compute')).not.toContain('opentype.js');
    expect(modulesAtStart('compute')).toContain('pino'); // the map is read
  });

  test('the desktop program loads nothing at start that sends images or connects to a server', () => {
    const modules = modulesAtStart('index');
    expect(['send', 'devalue', 'eventsource-client'].filter((name) => modules.has(name))).toEqual([]);
    expect(modules).toContain('pino'); // the map is read
  });

  // V8 stores a source with one character beyond Latin-1 in two bytes a character: 1.6 MB more for compute.
  test.each(['cli', 'compute', 'index', 'datasets', 'reader', 'preload'])('%s: an ASCII file', (name) => {
    expect(readFileSync(resolve('dist', 'main', `${name}.cjs`)).every((byte) => byte < 128)).toBe(true);
  });
});
