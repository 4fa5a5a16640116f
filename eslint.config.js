import process from 'node:process';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import { SCREEN_FEATURES } from './.dependency-cruiser.mjs';

// TypeScript reads each component as the code that the parser makes of it, so one program has them all. Otherwise each component
// changes the program, whose types are checked anew: 97 s of CPU time in place of 45 s. The plugin reads this when it is imported.
process.env['SVELTE_ESLINT_PARSER_EXPERIMENTAL_TS_SYS_HOOK'] ??= '1';
const { default: svelte } = await import('eslint-plugin-svelte');

/** ESLint's own rules against mistakes that TypeScript does not see. */
const mistakes = [
  'array-callback-return',
  'for-direction',
  'no-async-promise-executor',
  'no-case-declarations',
  'no-constant-binary-expression',
  'no-constant-condition',
  'no-debugger',
  'no-dupe-else-if',
  'no-duplicate-case',
  'no-empty-pattern',
  'no-fallthrough',
  'no-loss-of-precision',
  'no-prototype-builtins',
  'no-self-assign',
  'no-self-compare',
  'no-shadow-restricted-names',
  'no-sparse-arrays',
  'no-unreachable-loop',
  'no-unsafe-finally',
  'no-unsafe-optional-chaining',
  'no-useless-assignment',
  'no-useless-catch',
  'no-useless-escape',
  'no-var',
  'use-isnan',
  'valid-typeof',
];

const windowApi = ['window', 'globalThis', 'self'].map((object) => ({
  selector: `MemberExpression[object.name='${object}'][property.name='api'], MemberExpression[object.name='${object}'][property.value='api']`,
  message: 'window.api is only for src/renderer/client/api.ts: import what you need from there.',
}));

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
  // A rule that does not fit is changed here, where everybody sees it, never switched off in a file.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    rules: {
      ...Object.fromEntries(mistakes.map((rule) => [rule, 'error'])),
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['eslint-disable', 'oxlint-disable'], location: 'anywhere' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'prefer-const': ['error', { destructuring: 'all' }],
    },
  },
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [ts.configs.strict],
    rules: {
      'max-lines': ['error', 350],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      // Tensor code indexes arrays in loops, whose bounds the compiler does not follow.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // Rules that need types: mistakes that neither TypeScript nor a test notices. oxlint checks them in .ts files (.oxlintrc.json).
    files: ['**/*.svelte'],
    languageOptions: { parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
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
  {
    files: ['src/**'],
    rules: {
      'no-restricted-syntax': ['error', ...windowApi],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Every draw comes from src/shared/random.ts, so that a seed repeats it.' },
      ],
    },
  },
  { files: ['src/renderer/client/api.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['src/renderer/**', 'scripts/measure/scrolling.mjs', 'scripts/screens.mjs', 'scripts/campaign/names.mjs'],
    languageOptions: { globals: globals.browser },
  },
  { files: ['src/main/doors/cli/main.ts', 'src/main/doors/cli/**', 'scripts/**', 'test/**'], rules: { 'no-console': 'off' } },
  {
    files: ['scripts/**', '*.config.js'],
    languageOptions: { globals: globals.node },
    rules: { 'max-lines': ['error', 350], 'no-undef': 'error', 'no-unused-vars': ['error', { caughtErrors: 'none' }] },
  },
);
