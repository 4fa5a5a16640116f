import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePng, temporaryFolder } from '../../features/dataset/png-files.ts';
import { hasBuild, runJson, twinlens, writeAt } from './kit.ts';

describe.skipIf(!hasBuild)('twinlens merge', () => {
  it('merges classes whose names look alike, as the note of the import advises', async () => {
    const base = temporaryFolder();
    const at = ['--workspace', join(base, 'workspace')];
    let grey = 0;
    for (const [name, images] of Object.entries({ Pine: 15, 'Red oak': 15, red_oak: 14 }))
      for (let i = 0; i < images; i++) writeAt(join(base, 'Trees', name, `${i}.png`), makePng(String(++grey), 4, 4, grey));
    const imported = await twinlens(['import', join(base, 'Trees'), ...at]);
    expect(imported.stdout).toContain('Merge classes whose names look alike with: twinlens merge trees');
    const merged = await twinlens(['merge', 'trees', ...at]);
    expect([merged.code, merged.stdout]).toEqual([0, 'Merged 14 images of "red_oak" into "Red oak"\n']);
    const [dataset] = await runJson<{ classes: Record<string, number> }[]>(['datasets', ...at]);
    expect(dataset!.classes).toEqual({ Pine: 15, 'Red oak': 29 });
    expect((await twinlens(['merge', 'trees', ...at])).stdout).toBe('No class names look alike. Nothing was changed.\n');
    expect(await twinlens(['merge', 'trees', '--class', 'pine', ...at])).toMatchObject({
      code: 1,
      stderr: 'twinlens: No two classes have a name that looks like "pine".\n',
    });
    expect((await twinlens(['merge', 'shrubs', ...at])).code).toBe(1);
  });
});
