import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasBuild } from '../doors/cli/kit.ts';

/** The npm modules inside a built program's own file, chunks loaded on demand left out. */
function modulesAtStart(name: string): Set<string> {
  const { sources } = JSON.parse(readFileSync(resolve('dist', 'main', `${name}.cjs.map`), 'utf8')) as { sources: string[] };
  return new Set(sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []));
}

describe.skipIf(!hasBuild)('what a program loads at its start', () => {
  test.each(['cli', 'compute', 'datasets', 'reader'])('%s: no schema library', (name) => {
    expect(modulesAtStart(name)).not.toContain('zod');
  });

  test('compute loads no font library at start: only overlays need it', () => {
    expect(modulesAtStart('compute')).not.toContain('opentype.js');
    expect(modulesAtStart('compute')).toContain('pino'); // the map is read
  });

  // V8 stores a source with one character beyond Latin-1 in two bytes a character: 1.6 MB more for compute.
  test.each(['cli', 'compute', 'index', 'datasets', 'reader', 'preload'])('%s: an ASCII file', (name) => {
    expect(readFileSync(resolve('dist', 'main', `${name}.cjs`)).every((byte) => byte < 128)).toBe(true);
  });
});
