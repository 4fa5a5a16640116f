import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { measureOf } from '../../../shared/embedding-source.ts';
import { AppError } from '../../../shared/errors.ts';
import { distanceText, sentenceCase } from '../../../shared/format.ts';
import { MAX_SIMILAR, NO_FILTER, type SimilarAnswer, type SimilarTarget } from '../../../shared/similar.ts';
import { DISTANCE_WORDS, searchedSentence, similarVerdictText } from '../../../shared/similar-words.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import type { Services } from '../../services.ts';
import { workspaceOption } from './data.ts';
import { embed } from './embeddings.ts';
import { imageNamed } from './find-image.ts';
import { addCommonOptions, type Common, numberOption, resolveUserPath, withServices } from './options.ts';
import { plainSpaces, print } from './output.ts';
import { addSourceOptions, sourceOf, type SourceOptions } from './source-options.ts';

interface SimilarOptions extends Common, SourceOptions {
  count: number;
  out?: string;
  force?: boolean;
}

export function addSimilarCommand(program: Command): void {
  const command = program
    .command('similar <dataset> <files...>')
    .description('find the images of a data set that are nearest to image files, from inside or outside of it');
  addSourceOptions(addCommonOptions(command))
    .addOption(numberOption('-k, --count <number>', `images for each file, 1 to ${MAX_SIMILAR}`).default(10))
    .option('--out <file>', 'write a table (CSV) instead', resolveUserPath)
    .option('--force', 'replace the file')
    .action(async (dataset: string, files: string[], options: SimilarOptions) => {
      const { workspace, json, count: limit, out, force = false } = options;
      if (!Number.isInteger(limit) || limit < 1 || limit > MAX_SIMILAR)
        throw new AppError('usage', `--count must be a whole number from 1 to ${MAX_SIMILAR}.`);
      await withServices(workspaceOption(workspace), true, `similar ${dataset}`, async (s, signal) => {
        const source = sourceOf(s, options);
        if (out !== undefined) s.outputs.check(out, { replace: force });
        await embed(s, dataset, source, { signal, again: false });
        const answers: SimilarAnswer[] = [];
        for (const file of files) {
          const target = targetOf(s, dataset, file);
          answers.push(await s.wholeSet.similar.images.find({ dataset, source, target, filter: NO_FILTER, limit }, { signal }));
        }
        const name = s.wholeSet.embeddings.nameOf(source);
        if (out !== undefined) await writeFileAtomically(out, csvOf(answers, name));
        print(Boolean(json), answers, () => (out === undefined ? lines(answers, name).map(plainSpaces) : [`Saved ${out}`]));
      });
    });
}

/** An image of the data set where the path is one, as typed or relative to its folder; else the file. */
function targetOf({ store }: Pick<Services, 'store'>, dataset: string, file: string): SimilarTarget {
  const { root } = store.datasets.header(dataset);
  const path = resolveUserPath(file);
  const own = imageNamed(file, root, store.browse.all(dataset));
  if (own) return { image: own.id };
  if (!existsSync(path)) throw new AppError('not-found', `There is no image ${file}.`, { file });
  return { file: path };
}

function lines(answers: readonly SimilarAnswer[], name: string): string[] {
  const [first] = answers;
  return [
    ...answers.flatMap((answer) => [
      answer.query.image?.file ?? answer.query.file,
      ...answer.images.map(({ rank, image, distance, verdict, isCopy }) =>
        [
          `  ${rank}`,
          distanceText(distance),
          image.className,
          image.split,
          image.file,
          verdict ? similarVerdictText(verdict) : '',
          isCopy ? 'same_pixels' : '',
        ]
          .filter((field) => field !== '')
          .join('\t'),
      ),
      `  ${searchedSentence(answer, name)}`,
    ]),
    ...(first ? [`${sentenceCase(DISTANCE_WORDS[measureOf(first.source)])}.`] : []),
  ];
}

function csvOf(answers: readonly SimilarAnswer[], name: string): string {
  const rows = answers.flatMap(({ query, images }) =>
    images.map(({ rank, image, distance, verdict, isCopy }) => [
      ...[query.image?.file ?? query.file, rank, image.file, image.className, image.split, distance],
      ...[verdict?.verdict ?? null, verdict?.similarity ?? null, isCopy, name],
    ]),
  );
  return csvOfRows([['query_file', 'rank', 'file', 'class', 'split', 'distance', 'verdict', 'similarity', 'same_pixels', 'source'], ...rows]);
}
