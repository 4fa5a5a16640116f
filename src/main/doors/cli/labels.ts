import type { Command } from 'commander';
import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import { countText, probabilityText } from '../../../shared/format.ts';
import { confusedTexts, labelMethodSentences, labelProgressText, leftOutSentence, likelySentence } from '../../../shared/label-words.ts';
import type { LabelAnswer } from '../../../shared/labels.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import type { Services } from '../../services.ts';
import { workspaceOption } from './data.ts';
import { addCommonOptions, type Common, resolveUserPath, withServices } from './options.ts';
import { plainSpaces, print, ProgressLine } from './output.ts';
import { addSourceOptions, sourceOf, type SourceOptions } from './source-options.ts';

interface LabelOptions extends Common, SourceOptions {
  out?: string;
  force?: boolean;
}

const MOST_PRINTED = 20;

export function addLabelsCommand(program: Command): void {
  addSourceOptions(
    addCommonOptions(
      program.command('labels <dataset>').description('find likely wrong labels, outliers and the least typical images of each class'),
    ),
  )
    .option('--out <file>', 'write a CSV file with all images', resolveUserPath)
    .option('--force', 'replace the file')
    .action(async (dataset: string, { workspace, json, out, force = false, ...chosen }: LabelOptions) => {
      const { answer, name } = await withServices(workspaceOption(workspace), true, `labels ${dataset}`, async (s, signal) => {
        if (out !== undefined) s.outputs.check(out, { replace: force });
        const { embeddings, labels } = s.wholeSet;
        const source = sourceOf(s, chosen);
        const line = new ProgressLine();
        await labels.check(dataset, source, { signal, onProgress: (p) => line.update(labelProgressText(p)) }).finally(() => line.end());
        if (out !== undefined) await writeFileAtomically(out, csvOf(s, dataset, source));
        return { answer: (await labels.answer(dataset, source))!, name: (await embeddings.status(dataset, source)).name };
      });
      print(Boolean(json), answer, () => [...lines(answer, name), ...(out === undefined ? [] : [`Saved ${out}`])].map(plainSpaces));
    });
}

/** One row for each image; empty where a label is not judged. */
function csvOf({ wholeSet }: Services, dataset: string, source: EmbeddingSource): string {
  const number = (value: number): number | string => (Number.isNaN(value) ? '' : value);
  const rows = wholeSet.labels.table(dataset, source);
  return csvOfRows([
    [
      'file',
      'class',
      'suggested_class',
      'probability_of_class',
      'probability_of_suggested',
      'likely_wrong',
      'said_to_be_right',
      'outlier_score',
      'distance_to_class',
    ],
    ...rows.map(({ image, given, suggested, ofGiven, ofSuggested, likely, right, outlier, fromClass }) => [
      ...[image.file, given, suggested, number(ofGiven), number(ofSuggested), likely, right, number(outlier), number(fromClass)],
    ]),
  ]);
}

const lines = (answer: LabelAnswer, name: string): string[] => [
  likelySentence(answer),
  ...confusedTexts(answer).map((text) => `  ${text}`),
  ...answer.lists.likely
    .filter(({ state }) => state !== 'right')
    .slice(0, MOST_PRINTED)
    .map(({ image, given, suggested, ofGiven, ofSuggested }) =>
      [image.file, `${given}: ${probabilityText(ofGiven)}`, `${suggested ?? ''}: ${probabilityText(ofSuggested)}`].join('\t'),
    ),
  ...(answer.likelyCount > MOST_PRINTED ? [`… of ${countText(answer.likelyCount)}; --out writes all`] : []),
  ...[leftOutSentence(answer), ...labelMethodSentences(answer, name)].filter((text) => text !== ''),
];
