import { type Command, Option } from 'commander';
import { type ComparedEncoder, type EncoderComparison, type EncoderFigures, WAYS } from '../../../shared/encoder-comparison.ts';
import {
  comparisonNotes,
  comparisonSentences,
  behindText,
  comparedFacts,
  encoderLabel,
  encodersByRank,
  encoderProgressText,
  missingText,
  timeNote,
  WAY_NAMES,
} from '../../../shared/encoder-comparison-words.ts';
import { shareWithInterval } from '../../../shared/interval-words.ts';
import type { NegativeKind, PairRelation, SameKind } from '../../../shared/pair-relation.ts';
import { estimateText } from '../../../shared/structure-words.ts';
import { choiceValues } from '../../../shared/training-options/table.ts';
import type { Services } from '../../services.ts';
import { chooseTrainingDevice } from './choose-device.ts';
import { workspaceOption } from './data.ts';
import { addCommonOptions, type Common, resolveUserPath, withServices, withUserPath } from './options.ts';
import { print, ProgressLine } from './output.ts';
import { addPairs } from './pair-file.ts';

interface EncoderOptions extends Common {
  encoders?: string[];
  same?: SameKind;
  negatives: NegativeKind;
  pairs?: string;
}

export function addEncodersCommand(program: Command): void {
  addCommonOptions(program.command('encoders <dataset>').description('compare encoders on the validation pairs of a data set, before training'))
    .addOption(
      new Option(
        '--encoders <list>',
        'encoders, separated by commas: NAME, patches+NAME, onnx:ID, NAME=WEIGHTS (a file, or an id of the catalogue) or NAME=none for random weights (default: all on this computer)',
      ).argParser((text) => text.split(',').map(withUserPath)),
    )
    .addOption(new Option('--same <kind>', 'what "same" means, as in train').choices(choiceValues('same')))
    .addOption(
      new Option('--negatives <kind>', 'where different pairs come from, as in train').choices(choiceValues('negatives')).default('anywhere'),
    )
    .option('--pairs <file>', 'a file of pairs, as in train', resolveUserPath)
    .action(async (dataset: string, { workspace, json, encoders, same, negatives, pairs }: EncoderOptions) => {
      const compared = await withServices(workspaceOption(workspace), true, `encoders ${dataset}`, async (s, signal) => {
        const list = pairs === undefined ? null : await addPairs(s, dataset, pairs);
        const relation: PairRelation = { same: same ?? (list === null ? 'class' : 'pairs'), negatives, list };
        const { engine, device } = await chooseTrainingDevice(s, { dataset }, signal);
        return compare(s, { dataset, relation, encoders: encoders ?? null, engine, device }, signal);
      });
      print(Boolean(json), compared, () => lines(compared));
    });
}

async function compare(
  { encoderComparisons }: Services,
  request: Parameters<Services['encoderComparisons']['compare']>[0],
  signal: AbortSignal,
): Promise<EncoderComparison> {
  const line = new ProgressLine();
  return encoderComparisons.compare(request, { signal, onProgress: (p) => line.update(encoderProgressText(p)) }).finally(() => line.end());
}

const lines = (comparison: EncoderComparison): string[] => [
  ...comparisonSentences(comparison),
  '',
  ...encodersByRank(comparison).flatMap((one) => encoderLines(one, comparison.encoders)),
  '',
  ...comparisonNotes(comparison),
  ...[timeNote(comparison), missingText(comparison)].filter((note) => note !== ''),
];

function encoderLines(compared: ComparedEncoder, all: readonly ComparedEncoder[]): string[] {
  const { figures, problem } = compared;
  return [
    `${encoderLabel(compared, all)}${figures.plain ? `: ${comparedFacts(compared).join(', ')}` : ''}`,
    ...WAYS.flatMap((way) => (figures[way] ? [`  ${WAY_NAMES[way]}: ${figuresText(figures[way])}`] : [])),
    ...(problem === null ? [] : [`  ${figures.plain ? 'No probe' : 'Not compared'}: ${problem}`]),
  ];
}

function figuresText({ auc, eer, recall1, behind }: EncoderFigures): string {
  const figures = [
    `AUC ${estimateText(auc)}`,
    `equal error rate ${shareWithInterval(eer.value, eer.interval)}`,
    ...(recall1 ? [`Recall@1 ${estimateText(recall1)}`] : []),
    behind === null
      ? 'the best'
      : `behind the best by ${behindText(behind.auc)}, adjusted p ${behind.holm < 0.001 ? '< 0.001' : behind.holm.toFixed(3)}`,
  ];
  return figures.join(', ');
}
