import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createServer } from 'vite';

type RenderModule = typeof import('../../src/main/features/report/render.ts');

/** `renderReport` with its Svelte charts compiled, which Playwright's loader can't do. */
export async function loadRenderReport(): Promise<RenderModule['renderReport']> {
  const vite = await createServer({
    configFile: false,
    plugins: [svelte({ configFile: './svelte.config.js' })],
    server: { middlewareMode: true, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: 'custom',
    logLevel: 'error',
  });
  try {
    return ((await vite.ssrLoadModule('/src/main/features/report/render.ts')) as RenderModule).renderReport;
  } finally {
    await vite.close();
  }
}
