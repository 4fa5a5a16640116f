import type { Command } from 'commander';
import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import { AppError } from '../../../shared/errors.ts';
import { countText, probabilityText } from '../../../shared/format.ts';
import { knownEncoders, parseEncoderChoice } from '../../../shared/known-encoders.ts';
import { confusedTexts, labelMethodSentences, labelProgressText, leftOutSentence, likelySentence } from '../../../shared/label-words.ts';
import type { LabelAnswer } from '../../../shared/labels.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import type { Services } from '../../services.ts';
import { workspaceOption } from './data.ts';
import { addCommonOptions, type Common, resolveUserPath, withServices } from './options.ts';
import { print, ProgressLine } from './output.ts';

interface LabelOptions extends Common {
  encoder?: string;
  run?: string;
  out?: string;
  force?: boolean;
}

const MOST_PRINTED = 20;

export function addLabelsCommand(program: Command): void {
  addCommonOptions(program.command('labels <dataset>').description('find likely wrong labels, outliers and the least typical images of each class'))
    .option(
      '--encoder <name>',
      'encoder whose features are used: NAME, patches+NAME, onnx:ID or NAME=WEIGHTS (default: the strongest on this computer)',
    )
    .option('--run <run>', 'use the embedding of a finished run instead')
    .option('--out <file>', 'write a CSV file with all images', resolveUserPath)
    .option('--force', 'replace an existing file')
    .action(async (dataset: string, { workspace, json, encoder, run, out, force }: LabelOptions) => {
      if (encoder !== undefined && run !== undefined) throw new AppError('usage', 'Choose --encoder or --run, not both.');
      const { answer, name } = await withServices(workspaceOption(workspace), true, `labels ${dataset}`, async (s, signal) => {
        if (out !== undefined) s.outputs.check(out, { replace: force ?? false });
        const { embeddings, labels } = s.wholeSet;
        const source = sourceOf(s, dataset, encoder, run);
        const line = new ProgressLine();
        await labels.check(dataset, source, { signal, onProgress: (p) => line.update(labelProgressText(p)) }).finally(() => line.end());
        if (out !== undefined) await writeFileAtomically(out, csvOf(s, dataset, source));
        return { answer: (await labels.answer(dataset, source))!, name: (await embeddings.status(dataset, source)).name };
      });
      print(Boolean(json), answer, () => lines(answer, name));
    });
}

function sourceOf(s: Services, dataset: string, encoder: string | undefined, run: string | undefined): EmbeddingSource {
  if (run !== undefined) return { run };
  const [first] = s.wholeSet.embeddings.choices(dataset);
  return encoder === undefined ? first!.source : parseEncoderChoice(encoder, knownEncoders(s.shelf.list()));
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
      ...[
        image.file,
        given,
        suggested ?? '',
        number(ofGiven),
        number(ofSuggested),
        Number(likely),
        Number(right),
        number(outlier),
        number(fromClass),
      ],
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
