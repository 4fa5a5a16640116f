import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseNpy } from '../../src/main/compute/npy.ts';
import type { Box } from '../../src/main/compute/sample.ts';
import { SAMPLE_SIZE } from '../../src/main/compute/sample.ts';
import type { Comparison } from '../../src/shared/comparison.ts';
import { hasBuild, json, scratch } from './kit.ts';

interface Demo {
  dataset: string;
  run: string;
  auc: number;
  comparisons: string[];
  report: string;
}

/** A map's energy (its values, >= 0): all of it, and what lies in a box given in px of the drawn picture. */
function energyOf(map: Float32Array, w: number, h: number, box: Box): { all: number; inside: number } {
  const overlap = (cell: number, cells: number, low: number, length: number): number => {
    const side = SAMPLE_SIZE / cells;
    return Math.max(0, Math.min((cell + 1) * side, low + length) - Math.max(cell * side, low)) / side;
  };
  let inside = 0;
  let all = 0;
  map.forEach((v, i) => {
    all += v;
    inside += v * overlap(i % w, w, box.x, box.w) * overlap(Math.floor(i / w), h, box.y, box.h);
  });
  return { all, inside };
}

test.skipIf(!hasBuild)(
  'the demo learns the sample from scratch, and its factual maps point at the motif (needs the build)',
  async () => {
    const workspace = scratch('demo');
    const at = ['--workspace', workspace];
    const demo = await json<Demo>(['demo', ...at]);
    expect(demo.auc).toBeGreaterThan(0.93);
    expect(demo.comparisons).toHaveLength(2);
    expect(readFileSync(demo.report, 'utf8')).toContain('</html>');

    const folder = join(workspace, 'samples', 'tiles');
    const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Record<string, Box>;
    const files = Object.keys(truth).filter((_, i) => i % 47 === 0); // some of every class
    for (let i = 0; i + 1 < files.length; i++)
      await json(['compare', demo.run, join(folder, 'images', files[i]!), join(folder, 'images', files[i + 1]!), ...at]);
    const sum = { all: 0, inside: 0, area: 0, maps: 0 };
    for (const c of await json<Comparison[]>(['comparisons', ...at])) {
      for (const image of c.images) {
        const { values, width, height } = parseNpy(readFileSync(image.signed));
        const sign = c.verdict === 'different' ? 1 : -1;
        const box = truth[`${image.className}/${basename(image.file)}`]!;
        const factual = values.map((v) => Math.max(0, sign * v));
        const { all, inside } = energyOf(factual, width, height, box);
        sum.all += all;
        sum.inside += inside;
        sum.area += (box.w * box.h) / SAMPLE_SIZE ** 2;
        sum.maps++;
      }
    }
    expect(sum.inside / sum.all).toBeGreaterThan((1.5 * sum.area) / sum.maps);
  },
  600_000,
);
