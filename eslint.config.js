import { readFileSync } from 'node:fs';
import process from 'node:process';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import { SCREEN_FEATURES } from './.dependency-cruiser.mjs';

// ESLint checks Svelte components and the state classes beside them (.svelte.ts), oxlint all other files by the same rules: it reads 1,000
// files in 1 s of CPU time, ESLint in 13 s. Both take the rules from .oxlintrc.json.

// TypeScript reads each component as the code that the parser makes of it, so one program has them all. Otherwise each component
// changes the program, whose types are checked anew: 97 s of CPU time in place of 45 s. The plugin reads this when it is imported.
process.env['SVELTE_ESLINT_PARSER_EXPERIMENTAL_TS_SYS_HOOK'] ??= '1';
const { default: svelte } = await import('eslint-plugin-svelte');

/**
 * @typedef {Record<string, import('eslint').Linter.RuleEntry>} Rules
 * @type {{ rules: Rules, overrides: { files: string[], rules: Rules }[] }}
 */
const oxlint = JSON.parse(readFileSync(new URL('.oxlintrc.json', import.meta.url), 'utf8'));

/** Rules of ESLint's that typescript-eslint has in a form of its own; oxlint knows types in the rule itself. */
const EXTENDED = ['no-array-constructor', 'no-unused-expressions', 'no-unused-vars', 'no-useless-constructor'];

/** @param {string} name of a rule in oxlint */
const eslintName = (name) => (EXTENDED.includes(name) ? `@typescript-eslint/${name}` : name.replace(/^typescript\//, '@typescript-eslint/'));

/** @param {Rules} rules @returns {Rules} */
const named = (rules) => Object.fromEntries(Object.entries(rules).map(([name, value]) => [eslintName(name), value]));

/** @param {string} files a pattern of .oxlintrc.json */
const rulesFor = (files) => named(oxlint.overrides.find((override) => override.files.includes(files))?.rules ?? {});

/** Rules that need types: mistakes that neither TypeScript nor a test notices. oxlint knows the types of all files but components. */
const TYPED = [
  'await-thenable',
  'no-floating-promises',
  'no-misused-promises',
  'only-throw-error',
  'return-await',
  'switch-exhaustiveness-check',
].map((name) => `@typescript-eslint/${name}`);
const all = Object.entries({ ...named(oxlint.rules), ...rulesFor('**/*.ts'), ...rulesFor('src/**') });

/**
 * dependency-cruiser keeps the import law, but doesn't see the type imports of components: these folders of src/renderer/ are closed to
 * the components in `folder`.
 * @param {string} folder
 * @param {string[]} closed
 */
const componentImports = (folder, closed) => ({
  files: [`src/renderer/${folder}/**/*.svelte`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex: '(^|/)(main|preload)/', message: 'The screen asks src/main by its contract only.' },
          ...closed.map((name) => ({ regex: `^(\\.\\./)+(features/)?${name}/`, message: `${folder} may not import ${name}.` })),
        ],
      },
    ],
  },
});

export default defineConfig(
  globalIgnores(['dist/', 'release/', 'coverage/', '.toolchain/', 'test-results/', 'playwright-report/']),
  globalIgnores(['**/*.js', '**/*.mjs', '**/*.cjs', '**/*.ts', '!**/*.svelte.ts']),
  // A rule that does not fit is changed in the configuration, where everybody sees it, never switched off in a file.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    extends: [ts.configs.base],
    rules: Object.fromEntries(all.filter(([name]) => !TYPED.includes(name))),
  },
  {
    // A program without scripts and tests: 2 to 4 s of CPU time less.
    files: ['**/*.svelte'],
    languageOptions: { parserOptions: { project: 'tsconfig.components.json', extraFileExtensions: ['.svelte'] } },
    rules: Object.fromEntries(all.filter(([name]) => TYPED.includes(name))),
  },
  svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { globals: globals.browser, parserOptions: { parser: ts.parser } },
  },
  {
    files: ['**/*.svelte'],
    rules: {
      'max-lines': ['error', 200],
      'prefer-const': 'off', // does not know `let { name } = $props()`
      'svelte/prefer-const': 'error',
    },
  },
  componentImports('app', []),
  componentImports('client', ['features', 'app']),
  componentImports('kit', ['features', 'app', 'client']),
  SCREEN_FEATURES.map((name) => componentImports(`features/${name}`, SCREEN_FEATURES.filter((other) => other !== name).concat('app'))),
);
