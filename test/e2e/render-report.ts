import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createServer } from 'vite';

type RenderModule = typeof import('../features/report/whole-page.ts');

/** `renderReport` with its Svelte charts compiled, which Playwright's loader can't do. */
export const loadRenderReport = (): Promise<RenderModule['renderReport']> => (loaded ??= load());

let loaded: Promise<RenderModule['renderReport']> | null = null; // shared by the files of a worker process

async function load(): Promise<RenderModule['renderReport']> {
  const vite = await createServer({
    configFile: false,
    plugins: [svelte({ configFile: './svelte.config.js' })],
    server: { middlewareMode: true, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: 'custom',
    logLevel: 'error',
  });
  try {
    return ((await vite.ssrLoadModule('/test/features/report/whole-page.ts')) as RenderModule).renderReport;
  } finally {
    await vite.close();
  }
}
