import { cpSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../../src/main/compute/explain/explain.ts';
import { testFlip } from '../../../src/main/compute/explain/flip.ts';
import type { FlipSearch } from '../../../src/shared/flip.ts';
import { dependenceOf, type Randomisation } from '../../../src/shared/randomisation.ts';
import { parseNpy } from '../../../src/main/foundation/npy.ts';
import { SAMPLE_CLASSES, SAMPLE_SIZE, type Box } from '../../../src/main/compute/sample/sample.ts';
import { openStore } from '../../../src/main/db/store.ts';
import { layerNames } from '../../../src/main/nn/siamese.ts';
import { workspaceAt } from '../../../src/main/foundation/workspace.ts';
import { medianRatio, energyInBox, pooledRatio, type MapEnergy } from './energy.ts';
import { sampleTiles } from '../../sample-tiles.ts';
import { hasBuild, hasSignals, runJson, scratch } from './kit.ts';
import { pairsIn } from '../../features/dataset/pairs.ts';
import { call, start, urlIn } from './served.ts';

interface Demo {
  dataset: string;
  run: string;
  auc: number;
  comparisons: string[];
  report: string;
}

/** A map [cells, cells] of the sample's images: 1 inside the box, 0 outside. */
function boxMap({ x, y, w, h }: Box, cells: number): Float32Array {
  const side = SAMPLE_SIZE / cells;
  return Float32Array.from({ length: cells * cells }, (_, i) => {
    const [u, v] = [((i % cells) + 0.5) * side, (Math.floor(i / cells) + 0.5) * side];
    return u > x && u < x + w && v > y && v < y + h ? 1 : 0;
  });
}

describe.skipIf(!hasBuild)('the demo (needs the build)', () => {
  const workspace = scratch('demo');
  let demo: Demo;

  const { samples } = workspaceAt(workspace);
  const tiles = join(samples, 'tiles');
  const drawn = join(tiles, 'images', SAMPLE_CLASSES[0]!, `${SAMPLE_CLASSES[0]!}-001.png`);

  beforeAll(async () => {
    cpSync(await sampleTiles(), tiles, { recursive: true });
    rmSync(drawn); // the demo draws it
    demo = await runJson<Demo>(['demo', '--workspace', workspace]);
  }, 900_000);

  test('learns the sample from scratch: test AUC at least 0.95, and a report', () => {
    expect(demo.auc).toBeGreaterThanOrEqual(0.95);
    expect(demo.comparisons).toHaveLength(2);
    expect(statSync(drawn).size).toBeGreaterThan(0);
    expect(readFileSync(demo.report, 'utf8')).toContain('</html>');
  });

  // Measured: 0.51, 0.26, 0.07, 0.05, 0.03.
  test('`evaluate --redraw`: the fewer weights are left, the less its maps are like those of the network, down to no relation', async () => {
    const { randomisation } = await runJson<{ randomisation: Randomisation }>(['evaluate', demo.run, '--redraw', '--workspace', workspace]);
    const means = randomisation.steps.map(({ mean }) => mean);
    expect(means[0]).toBeGreaterThan(0.3);
    expect(Math.abs(means.at(-1)!)).toBeLessThan(0.2);
    expect(dependenceOf(randomisation)).toBe('learnt');
  });

  // The images are copied, since drawing them takes 8 s of processor time. That a server draws them: serve.test.ts and e2e/shell.spec.ts.
  test.skipIf(!hasSignals)('`serve --sample` creates the data set in an empty workspace, only once', async () => {
    const empty = scratch('serve sample');
    cpSync(samples, workspaceAt(empty).samples, { recursive: true });
    const first = await start(['--workspace', empty, '--sample']);
    const url = urlIn(first.line);
    await expect.poll(async () => ((await call(url, 'datasets.list')).value as unknown[]).length, { timeout: 60_000, interval: 200 }).toBe(1);
    first.child.kill('SIGINT');
    await first.ended;
    const second = await start(['--workspace', empty, '--sample']);
    expect((await call(urlIn(second.line), 'jobs.list')).value).toEqual([]);
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
  });

  /** The network, and every n-th test pair of each label with its images and the boxes of their motifs. */
  const openTests = (every: number) => {
    const folders = workspaceAt(workspace);
    const store = openStore(folders, { write: false, command: 'test' });
    const { config, calibration, modelSha256 } = store.runs.get(demo.run);
    const images = store.datasets.images(demo.dataset);
    const truth = JSON.parse(readFileSync(join(folders.samples, 'tiles', 'truth.json'), 'utf8')) as Record<string, Box>;
    const { root } = store.datasets.get(demo.dataset);
    const pairs = [0, 1].flatMap((label) =>
      pairsIn(store, demo.dataset, 'test')
        .filter((p) => p.label === label)
        .filter((_, i) => i % every === 0),
    );
    store.close();
    const model = { folder: folders.run(demo.run), config, sha256: null, epochs: 1 };
    const shown = pairs.map(({ a, b }) => [images[a]!, images[b]!] as const);
    expect(shown.flat().every((image) => image.split === 'test')).toBe(true);
    return { model, modelSha256, threshold: calibration!.threshold, shown, truth, fileOf: (image: { file: string }) => join(root, image.file) };
  };

  test('factual maps of test pairs put at least twice their area share of energy into the motif, for every class', async () => {
    const { model, modelSha256, threshold, shown: pairs, truth, fileOf } = openTests(20);
    const folder = scratch('maps');
    const maps: (MapEnergy & { verdict: string })[] = [];
    for (const shown of pairs) {
      const c = await explain(
        {
          model,
          files: [fileOf(shown[0]), fileOf(shown[1])],
          sha256: [shown[0].sha256, shown[1].sha256],
          modelSha256,
          method: 'path',
          layer: layerNames(model.config.backbone).at(-1)!,
          target: 'verdict',
          threshold,
          folder,
        },
        { signal: new AbortController().signal, progress: () => undefined },
      );
      c.images.forEach((image, i) => {
        const { values, width } = parseNpy(readFileSync(image.signed));
        const factual = values.map((v) => Math.max(0, c.verdict === 'different' ? v : -v));
        if (factual.every((v) => v === 0)) return;
        maps.push({
          ...energyInBox(shown[i]!.className, { map: factual, w: width, placement: image.placement }, truth[shown[i]!.file]!),
          verdict: c.verdict,
        });
      });
    }
    expect(maps.length).toBeGreaterThan(1.8 * pairs.length); // almost none is empty
    const groups = [
      { name: 'all', of: maps },
      ...['same', 'different'].map((verdict) => ({ name: verdict, of: maps.filter((m) => m.verdict === verdict) })),
      ...SAMPLE_CLASSES.map((name) => ({ name, of: maps.filter((m) => m.className === name) })),
    ];
    for (const { name, of } of groups) {
      expect(pooledRatio(of), `${name}, pooled`).toBeGreaterThanOrEqual(2);
      expect(medianRatio(of), `${name}, median`).toBeGreaterThanOrEqual(2);
    }
  }, 240_000);

  test('blurring the motif changes most verdicts, and the same shape elsewhere far fewer', async () => {
    const { model, modelSha256, threshold, shown: pairs, truth, fileOf } = openTests(44);
    const [width, height] = [32, 32];
    const pairOf = async (shown: (typeof pairs)[number], verdict: 'same' | 'different') => {
      const sign = verdict === 'different' ? 1 : -1;
      // Of a same pair only A is changed: without evidence in B, the copies of B are not tried.
      const signed = shown.map(({ file }, i) =>
        Float32Array.from(boxMap(truth[file]!, width), (inside) => (verdict === 'same' && i === 1 ? 0 : sign * inside)),
      ) as [Float32Array, Float32Array];
      const request = { model, modelSha256, files: shown.map(fileOf) as [string, string], sha256: [null, null] as [null, null], verdict, threshold };
      return testFlip({ ...request, signed, width, height, modes: ['remove'] }, { signal: new AbortController().signal, progress: () => undefined });
    };
    const searches: FlipSearch[] = [];
    for (const shown of pairs) {
      const first = await pairOf(shown, 'same');
      const isSame = first.outcome === 'tested';
      const { parts } = isSame ? first : await pairOf(shown, 'different');
      // Without the motif of one image a same pair becomes different; a different one needs both images without it.
      searches.push((isSame ? parts.a! : parts.both!).remove);
    }
    const changed = searches.filter(({ share }) => share !== null && share <= 25);
    expect(changed.length).toBeGreaterThanOrEqual(0.75 * searches.length);
    const copies = changed.flatMap(({ rolled }) => rolled);
    expect(copies.filter((share) => share !== null).length).toBeLessThanOrEqual(0.15 * copies.length);
  }, 120_000);
});
