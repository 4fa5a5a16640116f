import { existsSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type EnvironmentOptions } from 'vite';

/** What runs in Node: each becomes dist/main/<name>.cjs, and what it imports with import() a chunk beside it. */
const entries: Record<string, string> = {
  cli: 'src/main/doors/cli/main.ts',
  index: 'src/main/index.ts',
  preload: 'src/preload/index.ts',
  compute: 'src/main/compute/process/entry.ts',
  reader: 'src/main/compute/images/reading/entry.ts',
  datasets: 'src/main/features/dataset/thread/entry.ts',
};

/** Native modules, and those that find their own files at run time: they stay in node_modules. */
const external = ['electron', 'better-sqlite3', 'sharp', /^onnxruntime-/];

const present = Object.entries(entries).filter(([, file]) => existsSync(file));
if (present.length === 0) throw new Error(`none of the entries is there: ${Object.values(entries).join(', ')}`);

/**
 * A separate build for each entry. Built together, the bundler may put what two entries share into one of them, and
 * the other would then run it: compute would start as a second command line.
 */
const environmentFor = (name: string, file: string): EnvironmentOptions => ({
  consumer: 'server',
  resolve: { noExternal: true },
  build: {
    target: 'node22', // the oldest that package.json allows
    emptyOutDir: false,
    copyPublicDir: false,
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      input: { [name]: file },
      external,
      output: {
        format: 'cjs',
        entryFileNames: '[name].cjs',
        chunkFileNames: `${name}/[name]-[hash].cjs`,
        charset: 'ascii',
        comments: { legal: true, annotation: false, jsdoc: false },
      },
    },
  },
});

export default defineConfig({
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })], // charts of reports, rendered here
  build: { outDir: 'dist/main' },
  environments: Object.fromEntries(present.map(([name, file]) => [name, environmentFor(name, file)])),
  builder: {
    async buildApp(builder) {
      for (const [name] of present) await builder.build(builder.environments[name]!);
    },
  },
});
