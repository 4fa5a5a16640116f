import { aucText, countNoun, countText, percentTexts } from '../../../shared/format.ts';
import { meaningOf } from '../../../shared/same-meaning.ts';
import type { RunConfig } from '../../../shared/run.ts';
import type { Estimate, PairMatrix, RetrievalFigures, StructureAnswer } from '../../../shared/structure.ts';
import {
  amongText,
  estimateText,
  FIGURE_NAMES,
  gainSentence,
  limitSentence,
  mostConfused,
  retrievalScope,
  structureProgressText,
} from '../../../shared/structure-words.ts';
import type { Services } from '../../services.ts';
import { ProgressLine } from './output.ts';

const LINES = 5; // confused classes that are printed; --json has all

/** Neighbours and classes of a run, measured if they are not stored. */
export async function structureOf({ structures }: Services, run: string, signal: AbortSignal): Promise<StructureAnswer> {
  const line = new ProgressLine();
  await structures.measure(run, { signal, onProgress: (p) => line.update(structureProgressText(p)) }).finally(() => line.end());
  return structures.answer(run)!;
}

export function structureLines(structure: StructureAnswer, config: RunConfig): string[] {
  const { retrieval, limit, classes, perClass } = structure;
  return [
    `  ${limitSentence(limit, config.scope !== 'head')}`,
    ...retrieval.flatMap((one) => [
      `  ${amongText(one)}: ${retrievalScope(one, meaningOf(config).noun)}`,
      ...(['embedding', 'features'] as const).map((space) => {
        const figures = Object.entries(FIGURE_NAMES).map(
          ([name, label]) => `${label} ${estimateText(one.figures[space][name as keyof RetrievalFigures])}`,
        );
        return `    ${space === 'embedding' ? 'embedding' : 'raw cosine'}: ${figures.join(', ')}`;
      }),
      `    ${gainSentence(one)}`,
    ]),
    ...confusedLines(classes),
    ...perClass
      .map((figures, c) => ({ name: classes.names[c]!, ...figures }))
      .filter(({ accuracy }) => accuracy !== null)
      .sort((x, y) => x.accuracy!.value - y.accuracy!.value)
      .slice(0, LINES)
      .map(
        ({ name, accuracy, pairs, recall1 }) =>
          `  class ${name}: ${classShare(accuracy!, pairs)}${recall1 === null ? '' : `, Recall@1 ${aucText(recall1)}`}`,
      ),
  ];
}

const confusedLines = (classes: PairMatrix): string[] =>
  mostConfused(classes, LINES).map(
    ({ a, b, wrong, pairs }) =>
      `  confused: ${classes.names[a]!} with ${classes.names[b]!}: ${countText(wrong)} of ${countText(pairs)} different pairs called same`,
  );

function classShare({ value, interval }: Estimate, pairs: number): string {
  const [share, low, high] = percentTexts([value, ...interval]);
  return `${share} of ${countNoun(pairs, 'pair')} right (${low} to ${high})`;
}
