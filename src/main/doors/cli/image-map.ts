import type { Command } from 'commander';
import { imageMapSentence, MAP_LIMITS } from '../../../shared/image-map.ts';
import { countText } from '../../../shared/format.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import type { Services } from '../../services.ts';
import { workspaceOption } from './data.ts';
import { embed } from './embeddings.ts';
import { addCommonOptions, type Common, resolveUserPath, withServices } from './options.ts';
import { plainSpaces, print, ProgressLine } from './output.ts';
import { addSourceOptions, sourceOf, type SourceOptions } from './source-options.ts';

interface MapOptions extends Common, SourceOptions {
  again?: boolean;
  out?: string;
  force?: boolean;
}

export function addImageMapCommand(program: Command): void {
  addSourceOptions(
    addCommonOptions(program.command('map <dataset>').description('lay out the images of a data set as points, neighbours near each other')),
  )
    .option('--again', 'lay out all images anew, not only those that are not on the map')
    .option('--out <file>', 'write a table (CSV) of the points', resolveUserPath)
    .option('--force', 'replace the file')
    .action(async (dataset: string, options: MapOptions) => {
      const { workspace, json, out, force = false } = options;
      const status = await withServices(workspaceOption(workspace), true, `map ${dataset}`, async (s, signal) => {
        if (out !== undefined) s.outputs.check(out, { replace: force });
        const source = sourceOf(s, options);
        const { embeddings, imageMaps } = s.wholeSet;
        if ((await embeddings.find(dataset, source)) === null) await embed(s, dataset, source, { signal, again: false });
        const line = new ProgressLine();
        const onProgress = ({ done, total }: { done: number; total: number }): void => line.update(`Step ${countText(done)} of ${countText(total)}`);
        await imageMaps.layOut(dataset, source, { signal, again: options.again ?? false, onProgress }).finally(() => line.end());
        if (out !== undefined) await writeFileAtomically(out, await csvOf(s, dataset, source));
        return imageMaps.status(dataset, source);
      });
      print(Boolean(json), status, () => [
        ...(status.facts ? [plainSpaces(imageMapSentence(status.facts))] : []),
        MAP_LIMITS,
        ...(out === undefined ? [] : [`Saved ${out}`]),
      ]);
    });
}

async function csvOf(s: Services, dataset: string, source: Parameters<Services['wholeSet']['imageMaps']['points']>[1]): Promise<string> {
  const { ids, xy } = await s.wholeSet.imageMaps.points(dataset, source);
  const images = new Map(s.store.browse.all(dataset).map((image) => [image.id, image]));
  const round = (value: number): number => Number(value.toPrecision(6));
  return csvOfRows([
    ['file', 'class', 'split', 'excluded', 'x', 'y'],
    ...Array.from(ids, (id, i) => {
      const { file, className, split, excluded } = images.get(id)!;
      return [file, className, split, excluded, round(xy[2 * i]!), round(xy[2 * i + 1]!)];
    }),
  ]);
}
