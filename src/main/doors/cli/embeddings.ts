import { type Command } from 'commander';
import { type EmbeddingSource, isRunSource } from '../../../shared/embedding-source.ts';
import { embeddingProgressText, embeddingSentence, recallSentence, unreadableSentence } from '../../../shared/embedding-words.ts';
import { AppError } from '../../../shared/errors.ts';
import { countText, distanceText } from '../../../shared/format.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import type { Services } from '../../services.ts';
import { chooseTrainingDevice } from './choose-device.ts';
import { workspaceOption } from './data.ts';
import { imageNamed } from './find-image.ts';
import { addCommonOptions, type Common, numberOption, resolveUserPath, withServices } from './options.ts';
import { plainSpaces, print, ProgressLine } from './output.ts';
import { addSourceOptions, sourceOf, type SourceOptions } from './source-options.ts';

const MOST_PRINTED = 20; // unreadable images

export function addEmbeddingCommands(program: Command): void {
  addSourceOptions(
    addCommonOptions(
      program
        .command('embed <dataset>')
        .description('turn all images of a data set into numbers by an encoder or a run, and find the nearest neighbours of each'),
    ),
  ).action(async (dataset: string, options: Common & SourceOptions) => {
    const status = await withServices(workspaceOption(options.workspace), true, `embed ${dataset}`, async (s, signal) => {
      const source = sourceOf(s, options);
      await embed(s, dataset, source, { signal, again: true });
      return s.wholeSet.embeddings.status(dataset, source);
    });
    const { recall = null, unreadable = [] } = status.facts ?? {};
    print(Boolean(options.json), status, () => [
      plainSpaces(embeddingSentence(status)),
      ...(recall ? [plainSpaces(recallSentence(recall))] : []),
      ...(unreadable.length > 0 ? [unreadableSentence(unreadable.length)] : []),
      ...unreadable.slice(0, MOST_PRINTED).map(({ file, reason }) => `  ${file}: ${reason}`),
      ...(unreadable.length > MOST_PRINTED ? [`  and ${countText(unreadable.length - MOST_PRINTED)} more: --json lists all`] : []),
    ]);
  });

  addSourceOptions(
    addCommonOptions(
      program
        .command('neighbours <dataset> [images...]')
        .description('list the nearest neighbours of images of a data set, by file or id; of all its images into a table with --out'),
    ),
  )
    .addOption(numberOption('-k, --count <number>', 'neighbours of each image, 1 to 20').default(10))
    .option('--out <file>', 'write a table (CSV) instead', resolveUserPath)
    .option('--force', 'replace the file')
    .action(async (dataset: string, images: string[], options: NeighbourOptions) => {
      const { workspace, json, count, out, force = false } = options;
      if (!Number.isInteger(count) || count < 1 || count > 20) throw new AppError('usage', '--count must be a whole number from 1 to 20.');
      if (images.length === 0 && out === undefined) throw new AppError('usage', 'Name images of the data set, or a table for all with --out.');
      const found = await withServices(workspaceOption(workspace), true, `neighbours ${dataset}`, async (s, signal) => {
        if (out !== undefined) s.outputs.check(out, { replace: force });
        const listed = await neighboursOf(s, dataset, images, sourceOf(s, options), { signal, count });
        if (out !== undefined) await writeFileAtomically(out, csvOf(listed));
        return listed;
      });
      print(Boolean(json), found, () => (out === undefined ? lines(found) : [`Saved ${out}`]));
    });
}

interface NeighbourOptions extends Common, SourceOptions {
  count: number;
  out?: string;
  force?: boolean;
}

interface ListedImage {
  id: number;
  file: string;
  class: string;
  split: string;
  excluded: boolean;
}

interface ListedNeighbours extends ListedImage {
  neighbours: (ListedImage & { rank: number; distance: number })[];
}

export async function embed(s: Services, dataset: string, source: EmbeddingSource, { signal, again }: { signal: AbortSignal; again: boolean }) {
  const line = new ProgressLine();
  const on = isRunSource(source) ? undefined : await chooseTrainingDevice(s, { dataset }, signal); // a run has its own
  const onProgress = (p: Parameters<typeof embeddingProgressText>[0]): void => line.update(embeddingProgressText(p));
  return s.wholeSet.embeddings.ensure(dataset, source, { signal, again, on, onProgress }).finally(() => line.end());
}

async function neighboursOf(
  s: Services,
  dataset: string,
  images: readonly string[],
  source: EmbeddingSource,
  { signal, count }: { signal: AbortSignal; count: number },
): Promise<ListedNeighbours[]> {
  const { embeddings } = s.wholeSet;
  const set = (await embeddings.find(dataset, source)) ?? (await embed(s, dataset, source, { signal, again: false }));
  const { n, k, positions, distances } = await embeddings.neighbours(set);
  const rowOf = new Map(Array.from(set.ids, (id, row) => [id, row]));
  const byId = new Map(
    s.store.browse
      .all(dataset)
      .map(({ id, file, className, split, excluded }): [number, ListedImage] => [id, { id, file, class: className, split, excluded }]),
  );
  const imageAt = (row: number): ListedImage => byId.get(set.ids[row]!)!;
  const { root } = s.store.datasets.header(dataset);
  const rows = images.length === 0 ? Array.from({ length: n }, (_, row) => row) : images.map((image) => findRow(image, root, byId, rowOf));
  return rows.map((row) => ({
    ...imageAt(row),
    neighbours: Array.from({ length: Math.min(count, k) }, (_, j) => ({
      rank: j + 1,
      distance: distances[row * k + j]!,
      ...imageAt(positions[row * k + j]!),
    })),
  }));
}

/** Row of an image: its path as typed, relative to the data set's folder or absolute, or its id. Throws AppError 'not-found'. */
function findRow(typed: string, root: string, images: ReadonlyMap<number, ListedImage>, rowOf: ReadonlyMap<number, number>): number {
  const image = imageNamed(typed, root, images.values()) ?? (/^\d+$/.test(typed) ? images.get(Number(typed)) : undefined);
  if (!image) throw new AppError('not-found', `The data set has no image ${typed}. Name its file within the data set’s folder, or its id.`);
  const row = rowOf.get(image.id);
  if (row === undefined) throw new AppError('bad-image', `${image.file} could not be read, so it has no neighbours.`, { file: image.file });
  return row;
}

const lines = (found: readonly ListedNeighbours[]): string[] =>
  found.flatMap((query) => [
    `${query.file}\t${query.class}`,
    ...query.neighbours.map((one) =>
      [`  ${one.rank}`, distanceText(one.distance), one.class, one.split, one.file, ...(one.excluded ? ['excluded'] : [])].join('\t'),
    ),
  ]);

const csvOf = (found: readonly ListedNeighbours[]): string =>
  csvOfRows([
    ['file', 'class', 'rank', 'neighbour', 'neighbour_class', 'neighbour_split', 'neighbour_excluded', 'distance'],
    ...found.flatMap((query) =>
      query.neighbours.map((one) => [
        ...[query.file, query.class, one.rank, one.file, one.class, one.split],
        one.excluded,
        Number(one.distance.toPrecision(6)),
      ]),
    ),
  ]);
