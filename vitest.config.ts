import { svelte } from '@sveltejs/vite-plugin-svelte';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take more than ten seconds, the longest first. */
const LONGEST = [
  'doors/cli/demo',
  'scripts/campaign',
  'features/training/every-device',
  'nn/webgpu',
  'nn/parity',
  'doors/cli/main-job',
  'features/training/jobs',
  'doors/cli/serve',
  'features/training/flowers',
  'nn/agreement',
  'compute/sample/sample',
  'features/compare/damage',
  'nn/order',
  'doors/cli/signals',
];

/**
 * Tests without mocks and without state beyond a test share processes: 0.2 CPU seconds less for each file than with a process of its own.
 */
const SHARED_PROCESS = ['shared', 'domain', 'db', 'nn/functional', 'nn/ir', 'nn/optimizers', 'nn/passes'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
const NEVER = ['test/e2e/**', 'node_modules/**'];

/** Vitest starts the largest files first. The longest are small: left for the end, the last one runs for a minute beside an idle core. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  plugins: [svelte({ configFile: './svelte.config.js' })], // state classes (.svelte.ts) and the report's charts
  test: {
    projects: [
      { extends: true, test: { name: 'own process', include: ['test/**/*.test.ts'], exclude: [...NEVER, ...SHARED_PROCESS] } },
      { extends: true, test: { name: 'shared process', include: SHARED_PROCESS, exclude: NEVER, isolate: false } },
    ],
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    maxWorkers: Math.max(2, availableParallelism() - 1), // Vitest's own choice leaves one of two cores idle
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 20_000 } }, // a loaded machine is no failure
  },
});
