import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript-eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../doors/cli/kit.ts';
import { BROKEN } from './lint-examples.ts';

/** Writes files to a folder with oxlint's configuration; returns the rules that each breaks, sorted. Those of no file are absent. */
function oxlint(files: ReadonlyMap<string, string>): Map<string, string[]> {
  const folder = scratch('lint');
  cpSync('.oxlintrc.json', join(folder, '.oxlintrc.json'));
  const compilerOptions = { strict: true, target: 'es2022', allowJs: true, checkJs: true, noEmit: true, allowImportingTsExtensions: true };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  for (const [file, code] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  const { stdout } = spawnSync(process.execPath, [join(process.cwd(), 'node_modules/oxlint/bin/oxlint'), '--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  const found = new Map<string, string[]>();
  for (const { code, filename } of diagnostics) {
    const file = filename.replaceAll('\\', '/');
    const rule = code.replace(/^eslint\((.*)\)$/, '$1').replace(/^typescript\((.*)\)$/, 'typescript/$1');
    found.set(file, [...(found.get(file) ?? []), rule].sort());
  }
  return found;
}

const api = 'no-restricted-properties';
const FORBIDDEN: [file: string, code: string, rules: string[]][] = [
  ['src/renderer/client/runs.ts', 'export const runs = window.api.runs();', [api]],
  ['src/renderer/client/queue.ts', "export const runs = globalThis['api'];", [api]],
  ['src/renderer/client/words.ts', 'const { api } = self;\nexport const runs = api;', [api]],
  ['src/renderer/client/runs.svelte.ts', 'export const runs = window.api.runs();', [api]],
  ['src/main/domain/pairs/sample-pairs.ts', 'export const draw = Math.random();', [api]],
  ['src/renderer/client/api.ts', 'export const api = window.api;\nexport const draw = Math.random();', [api]],
  ['src/main/services.ts', "console.log('x');", ['no-console']],
  ['src/main/jobs.ts', 'export const x = 1;\n'.padEnd(400, '\n'), ['max-lines']],
  ['scripts/long.mjs', 'export const x = 1;\n'.padEnd(400, '\n'), ['max-lines']],
  ['scripts/undefined.mjs', 'export const x = window;', ['no-undef']],
  // A comment that switches a rule off has no effect, and is refused itself.
  ['src/main/one.ts', '// eslint-disable-next-line\nexport const x: any = 1;', ['no-warning-comments', 'typescript/no-explicit-any']],
  ['src/main/whole.ts', '/* eslint-disable */\nexport const x: any = 1;', ['no-warning-comments', 'typescript/no-explicit-any']],
  ['scripts/later.mjs', 'const later = () => Promise.resolve(1);\nexport const f = () => {\n  later();\n};', ['typescript/no-floating-promises']],
];

const ALLOWED: [file: string, code: string][] = [
  ['src/main/doors/cli/main.ts', "console.log('x');"],
  ['src/main/doors/http/api.ts', 'export const f = (_a: number | null, b?: number | null): boolean => b == null;'],
  ['test/print.ts', "console.log('x');"],
  ['scripts/print.mjs', "import process from 'node:process';\nconsole.log(process.argv);\n"],
  ['scripts/screens.mjs', 'export const x = window;'],
];

const { rules, overrides } = JSON.parse(readFileSync('.oxlintrc.json', 'utf8')) as { rules: object; overrides: { rules?: object }[] };
const configured = [...new Set([rules, ...overrides.map((override) => override.rules ?? {})].flatMap((some) => Object.keys(some)))].sort();

describe('the lint rules', () => {
  const folderOf = (rule: string): string => (rule === 'no-undef' ? 'scripts' : 'src/main/broken');
  const examples = Object.entries(BROKEN).flatMap(([rule, codes]) =>
    codes.map((code, i) => ({ rule, code, file: `${folderOf(rule)}/${rule.replace('/', '-')}-${i}.${rule === 'no-undef' ? 'mjs' : 'ts'}` })),
  );
  let found: Map<string, string[]>;

  beforeAll(() => {
    found = oxlint(
      new Map([...FORBIDDEN, ...ALLOWED, ...examples.map(({ file, code }) => [file, code] as const)].map(([file, code]) => [file, code])),
    );
  });

  it('have an example each', () => {
    expect(Object.keys(BROKEN).sort()).toEqual(configured);
  });

  it.each(examples)('$rule refuses $code', ({ rule, file }) => {
    expect(found.get(file)).toContain(rule);
  });

  it.each(FORBIDDEN)('refuse in %s: %s', (file, _, expected) => {
    expect(found.get(file)).toEqual(expected);
  });

  it.each(ALLOWED)('accept in %s: %s', (file) => {
    expect(found.get(file)).toBeUndefined();
  });

  // oxlint obeys such a comment, and can't refuse it.
  it('are switched off in no file', () => {
    const directive = new RegExp(`(//|/\\*)\\s*${'oxlint'}-disable`);
    const files = ['src', 'test', 'scripts'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    );
    const sources = [...files, ...readdirSync('.')].filter((file) => /\.[cm]?[jt]s$/.test(file));
    expect(sources.length).toBeGreaterThan(900);
    expect(sources.filter((file) => directive.test(readFileSync(file, 'utf8')))).toEqual([]);
    expect(directive.test(`/* ${'oxlint'}-disable */`)).toBe(true);
  });
});

// The real configuration, less the rules that need types: the files below do not exist.
const eslint = new ESLint({
  overrideConfig: [{ ...ts.configs.disableTypeChecked, files: ['**/*.ts', '**/*.svelte'] }] as ESLint.Options['overrideConfig'],
});

async function brokenIn(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return result!.messages.filter(({ ruleId }) => ruleId !== null).map(({ ruleId }) => ruleId!);
}

describe('the lint rules of components', () => {
  it('are those of other files, and of Svelte', async () => {
    const inComponents = (await new ESLint().calculateConfigForFile('src/renderer/app/App.svelte')) as { rules: Record<string, [number]> };
    const namesOf = (rule: string): string[] => [rule, rule.replace('typescript/', '@typescript-eslint/'), `@typescript-eslint/${rule}`];
    // TypeScript sees undefined names; the two others do not know runes and assignments that start an update.
    expect(configured.filter((rule) => !namesOf(rule).some((name) => inComponents.rules[name]?.[0] === 2))).toEqual([
      'no-self-assign',
      'no-undef',
      'prefer-const',
    ]);
    expect(inComponents.rules['svelte/prefer-const']).toMatchObject([2, {}]);
    const card = '<script lang="ts">\n  console.log(\'x\');\n  const x: any = Math.random();\n</script>\n{x}\n{@html x}\n';
    expect((await brokenIn('src/renderer/kit/Card.svelte', card)).sort()).toEqual([
      '@typescript-eslint/no-explicit-any',
      'no-console',
      'no-restricted-properties',
      'svelte/no-at-html-tags',
    ]);
    expect(await brokenIn('src/renderer/kit/card.svelte.ts', 'export const x = $state(1);\n$inspect(x);\n')).toEqual(['svelte/no-inspect']);
    expect(await brokenIn('src/renderer/kit/Card.svelte', `<!-- eslint-disable -->\n${card}`)).toContain('no-console');
  });

  it('forbids components to import src/main, also its types', async () => {
    const card = `<script lang="ts">\n  import type { Services } from '../../main/services.ts';\n  const { services }: { services: Services } = $props();\n</script>\n{services}\n`;
    expect(await brokenIn('src/renderer/kit/Card.svelte', card)).toEqual(['no-restricted-imports']);
  });

  const component = (specifier: string): string =>
    `<script lang="ts">\n  import type { X } from '${specifier}';\n  const { x }: { x: X } = $props();\n</script>\n{x}\n`;

  it.each([
    ['features/compare/Maps.svelte', '../training/runs.svelte.ts'],
    ['features/compare/queue/List.svelte', '../../dataset/rows.ts'],
    ['features/training/Form.svelte', '../../features/compare/words.ts'],
    ['features/reports/Find.svelte', '../../app/keys.ts'],
    ['client/Status.svelte', '../features/jobs/words.ts'],
    ['kit/Card.svelte', '../client/runs.ts'],
    ['kit/charts/Plot.svelte', '../../features/jobs/words.ts'],
  ])('keeps types in src/renderer/%s from %s', async (file, specifier) => {
    expect(await brokenIn(`src/renderer/${file}`, component(specifier))).toEqual(['no-restricted-imports']);
  });

  it.each([
    ['features/compare/queue/List.svelte', '../words.ts'],
    ['features/compare/Maps.svelte', '../../client/runs.ts'],
    ['features/compare/Maps.svelte', './training/words.ts'],
    ['features/compare/Maps.svelte', '../../../shared/training-options/table.ts'],
    ['app/Help.svelte', '../features/training/words.ts'],
  ])('takes types in src/renderer/%s from %s', async (file, specifier) => {
    expect(await brokenIn(`src/renderer/${file}`, component(specifier))).toEqual([]);
  });
});
