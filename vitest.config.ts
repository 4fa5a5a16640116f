import { svelte } from '@sveltejs/vite-plugin-svelte';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const FOLDER = 'test';

/** Files that take more than ten seconds, the longest first. */
const LONGEST = [
  'scripts/campaign',
  'doors/cli/demo',
  'nn/webgpu',
  'doors/cli/main-job',
  'features/training/every-device',
  'features/training/flowers',
  'nn/parity',
  'features/training/jobs',
  'features/compare/damage',
  'doors/cli/signals',
  'nn/order',
  'compute/sample/sample',
  'nn/agreement',
  'doors/cli/serve',
].map((name) => `${FOLDER}/${name}.test.ts`);

/**
 * A test that does this runs in a separate process: mocks modules or timers, changes the process's environment, arguments or umask, or counts
 * steps of code (test/steps.ts turns V8's compilers off: all later files of a shared process would be interpreted, some ten times as slow).
 */
const CHANGES_PROCESS = /\bvi\.|\bprocess\.(argv|umask|chdir|env\[)|\bObject\.assign\(process|\/steps\.ts'/;

const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .map((name) => `${FOLDER}/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.test.ts'));
const OWN_PROCESS = FILES.filter((name) => LONGEST.includes(name) || CHANGES_PROCESS.test(readFileSync(name, 'utf8')));
/** All others share processes: 0.23 CPU seconds less for each file, since a process imports each module once. */
const SHARED_PROCESS = FILES.filter((name) => !OWN_PROCESS.includes(name));

/** Vitest starts the largest files first. The longest in time are small files: at the end, the last one would run for a minute beside an idle core. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  plugins: [svelte({ configFile: './svelte.config.js' })], // state classes (.svelte.ts) and the report's charts
  test: {
    projects: [
      { extends: true, test: { name: 'own process', include: OWN_PROCESS, globalSetup: './test/global-setup.ts' } },
      { extends: true, test: { name: 'shared process', include: SHARED_PROCESS, isolate: false, globalSetup: './test/global-setup.ts' } },
    ],
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    maxWorkers: Math.max(3, availableParallelism() - 1), // three also on two cores: scripts/campaign.test.ts waits for more than half of its time
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 20_000 } }, // a loaded machine is no failure
  },
});
