import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The screen: one bundle, the same for the desktop window and the browser. Addresses inside are relative, so any door can serve it. */
export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [svelte({ configFile: '../../svelte.config.js' })],
  build: { outDir: '../../dist/renderer', emptyOutDir: true, target: 'chrome140', sourcemap: true, assetsInlineLimit: 0 },
});
