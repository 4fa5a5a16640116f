import { svelte } from '@sveltejs/vite-plugin-svelte';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take more than ten seconds, the longest first. */
const LONGEST = [
  'scripts/campaign',
  'doors/cli/demo',
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
  'doors/cli/signals',
  'nn/losses/other-losses',
];

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
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    maxWorkers: Math.max(2, availableParallelism() - 1), // Vitest's own choice leaves one of two cores idle
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 20_000 } }, // a loaded machine is no failure
  },
});
