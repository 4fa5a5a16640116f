import type { Command } from 'commander';
import { SCORE_RANGE } from '../../../shared/duplicates.ts';
import { isContradicting, isLeak, type Stack, stacksOf } from '../../../shared/duplicate-stacks.ts';
import { stackWords, sumText } from '../../../shared/duplicate-words.ts';
import { AppError } from '../../../shared/errors.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { workspaceOption } from './data.ts';
import { embed } from './embeddings.ts';
import { addCommonOptions, type Common, numberOption, resolveUserPath, withServices } from './options.ts';
import { plainSpaces, print } from './output.ts';
import { addSourceOptions, type SourceOptions, sourceOf } from './source-options.ts';

interface DuplicateOptions extends Common, SourceOptions {
  threshold: number;
  out?: string;
  force?: boolean;
}

export function addDuplicatesCommand(program: Command): void {
  addSourceOptions(
    addCommonOptions(program.command('duplicates <dataset>').description('list images that show one photograph: copies, near duplicates, leaks')),
  )
    .addOption(
      numberOption('--threshold <score>', `lowest score of near duplicates, ${SCORE_RANGE.least} to ${SCORE_RANGE.most}`).default(
        SCORE_RANGE.default,
      ),
    )
    .option('--out <file>', 'also write a CSV with a row for each image of a stack', resolveUserPath)
    .option('--force', 'replace the file')
    .action(async (dataset: string, { workspace, json, threshold, out, force = false, ...chosen }: DuplicateOptions) => {
      if (threshold < SCORE_RANGE.least || threshold > SCORE_RANGE.most)
        throw new AppError('usage', `--threshold must be from ${SCORE_RANGE.least} to ${SCORE_RANGE.most}.`);
      const { stacks, report } = await withServices(workspaceOption(workspace), true, `duplicates ${dataset}`, async (s, signal) => {
        if (out !== undefined) s.outputs.check(out, { replace: force });
        const source = sourceOf(s, chosen);
        await embed(s, dataset, source, { signal, again: false });
        const found = (await s.wholeSet.duplicates.report(dataset, source, { signal }))!;
        const listed = stacksOf(found, threshold);
        if (out !== undefined) await writeFileAtomically(out, csvOf(listed));
        return { report: found, stacks: listed };
      });
      const listed = stacks.map((stack) => ({
        images: stack.images.map(({ id, file, className, split, excluded }) => ({ id, file, class: className, split, excluded })),
        exact: stack.isExact,
        score: stack.least,
        leak: isLeak(stack),
        contradicting: isContradicting(stack),
      }));
      const { source, sourceName, compared, candidates, seconds } = report;
      print(Boolean(json), { dataset: report.dataset, source, compared, candidates, seconds, threshold, stacks: listed }, () => [
        ...stacks.flatMap((stack) => [
          stackWords(stack),
          ...stack.images.map(({ file, split, excluded }) => `  ${file}\t${split}${excluded ? '\texcluded' : ''}`),
        ]),
        plainSpaces(sumText(stacks, report)),
        ...(out === undefined ? [] : [`Saved ${out}`]),
        `Candidates from ${sourceName} and perceptual hashes.`,
      ]);
    });
}

/** The image to keep is the first of its stack. */
const csvOf = (stacks: readonly Stack[]): string =>
  csvOfRows([
    ['stack', 'file', 'class', 'split', 'width', 'height', 'excluded', 'exact', 'lowest_score', 'leak', 'contradicting'],
    ...stacks.flatMap((stack, i) =>
      stack.images.map(({ file, className, split, width, height, excluded }) => [
        ...[i + 1, file, className, split, width, height, excluded, stack.isExact, stack.least],
        ...[isLeak(stack), isContradicting(stack)],
      ]),
    ),
  ]);
