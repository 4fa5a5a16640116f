#!/usr/bin/env node
/**
 * Time of the map's drawing in headless Chromium, for random points: node scripts/measure/map-drawing.mjs [POINTS…]
 * Without a graphics card Chromium draws in software (SwiftShader), so "drawn" is an upper bound; "script" is what the main thread needs.
 */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { chromium } from '@playwright/test';
import { findChromium } from '../bootstrap/system.mjs';

const FOLDER = new URL('../../src/renderer/features/explore/map/', import.meta.url);
/** @param {string} name */
const source = (name) =>
  stripTypeScriptTypes(readFileSync(new URL(name, FOLDER), 'utf8'), { mode: 'transform' })
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^export /gm, '');

const browser = await chromium.launch({
  executablePath: findChromium() ?? '/usr/bin/chromium',
  args: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.setContent('<canvas style="width:1200px;height:700px"></canvas>');
await page.addScriptTag({
  content: `${['view-box.ts', 'point-index.ts', 'point-sets.ts', 'point-layer.ts'].map(source).join('\n')}\nObject.assign(window, { PointLayer, PointIndex, boundsOf, byCategory, fit, pointsIn, shownRect });`,
});
for (const n of process.argv
  .slice(2)
  .map(Number)
  .concat(process.argv.length > 2 ? [] : [100_000, 1_000_000])) {
  const figures = await page.evaluate((count) => {
    /** @type {any} */
    const page = globalThis;
    const { PointLayer, PointIndex, boundsOf, byCategory, fit, pointsIn, shownRect, document } = page;
    const xy = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * 12.9898) * 10 + ((i * 7919) % 1000) / 500);
    const rgba = new Uint8Array(4 * count).fill(200);
    const began = performance.now();
    const bounds = boundsOf(xy);
    const index = new PointIndex(xy, bounds);
    const indexed = performance.now() - began;
    const layer = PointLayer.open(document.querySelector('canvas'), () => {});
    layer.setPositions(xy);
    layer.setColours(rgba);
    layer.setMarked(new Uint32Array(0));
    const whole = fit(bounds, 1200, 700);
    const gl = document.querySelector('canvas').getContext('webgl2');
    /** @param {number} k */
    const draw = (k) => {
      const start = performance.now();
      layer.draw({ ...whole, x: whole.x + k * 0.01 }, { zoom: 1, ring: [0, 0, 0] });
      const script = performance.now() - start;
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); // waits until it is drawn
      return { script, drawn: performance.now() - start };
    };
    const first = draw(0);
    const frames = Array.from({ length: 20 }, (_, k) => draw(k));
    /** @param {number[]} values */
    const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
    const lassoed = performance.now();
    const { length } = index.inPolygon(Array.from({ length: 200 }, (_, k) => ({ x: 5 * Math.cos(k / 31.8), y: 5 * Math.sin(k / 31.8) })));
    const lasso = performance.now() - lassoed;
    const hovered = performance.now();
    for (let k = 0; k < 100; k++) index.nearest({ x: k / 20, y: 0.3 }, 0.1);
    const hover = (performance.now() - hovered) / 100;
    const listed = performance.now();
    pointsIn(shownRect(whole), xy, byCategory({ names: ['a'], codes: new Int32Array(count) }));
    const inView = performance.now() - listed;
    layer.close();
    const heap = page.performance.memory.usedJSHeapSize / 1e6;
    return {
      indexed,
      first: first.drawn,
      script: median(frames.map((f) => f.script)),
      drawn: median(frames.map((f) => f.drawn)),
      lasso,
      length,
      hover,
      inView,
      heap,
    };
  }, n);
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(name === 'hover' ? 3 : 1))]));
  process.stdout.write(`${n} points, milliseconds: ${JSON.stringify(rounded)}\n`);
}
await browser.close();
