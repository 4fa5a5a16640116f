// Behind `npm run architecture`: draws which folder of src/ imports which as docs/architecture.svg. dependency-cruiser finds the
// imports, Graphviz (as WebAssembly) lays them out.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { instance } from '@viz-js/viz';
import { cruise } from 'dependency-cruiser';
import config from '../.dependency-cruiser.mjs';

const root = path.resolve(import.meta.dirname, '..');
const OUT = 'docs/architecture.svg';

/** Each match is one box: a folder, or a part of a folder that has several. */
const BOXES = [
  '^src/main/(?:features|doors|compute|nn|domain)/[^/]+/',
  '^src/main/[^/]+/',
  '^src/main/[^/]+\\.ts$',
  '^src/renderer/features/[^/]+/',
  '^src/(?:renderer/)?[^/]+/',
].join('|');

const THEME = {
  graph: { rankdir: 'LR', splines: 'true', ranksep: '1.2', nodesep: '0.12', fontname: 'Helvetica', bgcolor: '#ffffff' },
  node: { shape: 'box', style: 'rounded, filled', fillcolor: '#f4f4f2', color: '#8a8a86', fontname: 'Helvetica', fontsize: '10' },
  edge: { color: '#00000055', arrowsize: '0.6', penwidth: '0.8' },
};

const { options } = config;
const { output } = await cruise(
  ['src'],
  {
    ...options,
    baseDir: root,
    outputType: 'archi',
    includeOnly: '^src/',
    exclude: { path: '^src/shared/|^src/main/foundation/|^src/renderer/kit/styles/' }, // imported from everywhere
    reporterOptions: { archi: { collapsePattern: BOXES, theme: { replace: true, ...THEME } } },
  },
  undefined,
  { tsConfig: undefined },
);
const svg = (await instance()).renderString(String(output), { format: 'svg' });
await writeFile(path.join(root, OUT), svg);
console.log(`wrote ${OUT}`);
