import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTrained } from '../../features/training/test-workbench.ts';
import { hasBuild, runJson, scratch, twinlens } from './kit.ts';

test.skipIf(!hasBuild)('a data set is embedded; neighbours, duplicates, labels and map are written as tables (needs the build)', async () => {
  const { app, dataset, run } = await openTrained();
  const [image] = app.workbench.store.browse.all(dataset);
  const { root } = app.workbench.store.datasets.header(dataset);
  const { folder } = app.workbench.workspace;
  await app.close();
  const common = ['colours', '--run', run, '--workspace', folder];

  const embedded = await twinlens(['embed', ...common]);
  expect(embedded.stdout).toMatch(
    /^36 images analysed with run 1, .*; 20 neighbours of each\.\nThe nearest neighbour has the same class for .* of 36 images/,
  );

  const out = join(scratch('table'), 'neighbours.csv');
  const [found] = await runJson<{ file: string; neighbours: { rank: number; file: string; distance: number }[] }[]>([
    'neighbours',
    ...common,
    image!.file,
    '-k',
    '3',
    '--out',
    out,
  ]);
  expect(found!.file).toBe(image!.file);
  expect(found!.neighbours.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  const table = readFileSync(out, 'utf8').replace('\ufeff', '').trimEnd().split('\r\n');
  expect(table).toHaveLength(4);
  expect(table[1]).toMatch(new RegExp(`^${image!.file},\\w+,1,${found!.neighbours[0]!.file},`));

  // A copy of an image from outside the data set.
  const file = join(scratch('query'), 'copy.png');
  writeFileSync(file, readFileSync(join(root, image!.file)));
  const similar = await twinlens(['similar', ...common, file, '-k', '2']);
  expect(similar.stdout).toContain(`1\t0.00\t${image!.className}\t${image!.split}\t${image!.file}\tSame, similarity`);
  expect(similar.stdout).toContain('Compared with 36 images by run 1');

  const stacks = join(scratch('stacks'), 'stacks.csv');
  const duplicates = await twinlens(['duplicates', ...common, '--out', stacks]);
  expect(duplicates.stdout).toContain(`Saved ${stacks}`);
  expect(readFileSync(stacks, 'utf8')).toMatch(/^\ufeffstack,file,class,split,/);
  const judged = join(scratch('labels'), 'labels.csv');
  const labels = await twinlens(['labels', ...common, '--out', judged]);
  expect(labels.stdout).toMatch(/of 36 labels (is|are) likely wrong\.[^]*\nSaved /);
  expect(readFileSync(judged, 'utf8').trimEnd().split('\r\n')).toHaveLength(37);

  const points = join(scratch('map'), 'map.csv');
  const map = await twinlens(['map', ...common, '--out', points]);
  expect(map.stdout).toMatch(/^36 images laid out by UMAP in .*, trustworthiness 0\.\d\d .*\nOnly what is close together/);
  const rows = readFileSync(points, 'utf8').replace('\ufeff', '').trimEnd().split('\r\n');
  expect(rows[0]).toBe('file,class,split,excluded,x,y');
  expect(rows).toHaveLength(37);
  expect(rows[1]).toMatch(new RegExp(`^${image!.file},\\w+,(train|valid|test),false,-?[\\d.e-]+,-?[\\d.e-]+$`));
});
