import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

// The real configuration, less the rules that need types: the files below do not exist.
const eslint = new ESLint({
  overrideConfig: [{ ...ts.configs.disableTypeChecked, files: ['**/*.ts', '**/*.svelte'] }] as ESLint.Options['overrideConfig'],
});
const LAW = [
  'no-restricted-imports',
  'no-restricted-syntax',
  'no-restricted-properties',
  'no-console',
  'max-lines',
  '@typescript-eslint/no-explicit-any',
];

async function brokenIn(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  expect(result!.messages.filter((message) => message.fatal)).toEqual([]);
  return result!.messages.map((message) => message.ruleId ?? '').filter((rule) => LAW.includes(rule));
}

const FORBIDDEN: [string, string][] = [
  ['src/renderer/client/runs.ts', 'export const runs = window.api.runs();'],
  ['src/renderer/client/runs.ts', "export const runs = globalThis['api'];"],
  ['src/main/domain/pairs/sample-pairs.ts', 'export const draw = Math.random();'],
  ['src/main/services.ts', "console.log('x');"],
  ['src/main/services.ts', 'export const x: any = 1;'],
  // A directive that switches a rule off must be refused itself.
  ['src/main/services.ts', '// eslint-disable-next-line\nexport const x: any = 1;'],
  ['src/main/services.ts', 'export const x = 1;\n'.padEnd(400, '\n')],
];

const ALLOWED: [string, string][] = [
  ['src/main/doors/cli/main.ts', "console.log('x');"],
  ['src/renderer/client/api.ts', 'export const api = window.api;'],
];

describe('the lint rules', () => {
  it.each(FORBIDDEN)('refuses in %s: %s', async (file, code) => {
    expect(await brokenIn(file, code)).toHaveLength(1);
  });

  it.each(ALLOWED)('accepts in %s: %s', async (file, code) => {
    expect(await brokenIn(file, code)).toEqual([]);
  });

  it.each(['eslint-disable-next-line', 'oxlint-disable'])('refuses the comment %s', async (directive) => {
    const [result] = await eslint.lintText(`// ${directive}\nexport const x = 1;\n`, { filePath: 'src/main/services.ts' });
    expect(result!.messages.map(({ ruleId }) => ruleId)).toContain('no-warning-comments');
  });

  it('has oxlint refuse what only types show', () => {
    const folder = mkdtempSync(join(tmpdir(), 'twinlens lint '));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, target: 'es2022' }, include: ['*.ts'] }));
    writeFileSync(
      join(folder, 'mistakes.ts'),
      `const later = (): Promise<number> => Promise.resolve(1);
export async function one(kind: 'a' | 'b'): Promise<number> {
  await 5;
  later();
  [1].forEach(async () => { await later(); });
  if (kind === 'b') throw 'text';
  switch (kind as 'a' | 'b') { case 'a': break; }
  try { return later(); } catch { return 0; }
}
`,
    );
    const { stdout } = spawnSync(process.execPath, ['node_modules/oxlint/bin/oxlint', '--format', 'json', folder, '--config', '.oxlintrc.json'], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] };
    expect(diagnostics.map(({ code }) => code).sort()).toEqual(
      ['await-thenable', 'no-floating-promises', 'no-misused-promises', 'only-throw-error', 'return-await', 'switch-exhaustiveness-check'].map(
        (rule) => `typescript(${rule})`,
      ),
    );
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
