import type { Command } from 'commander';
import type { ComparisonRow } from '../../../shared/comparison.ts';
import { methodWords } from '../../../shared/explanation-methods.ts';
import { judgementSentence } from '../../../shared/judgement-words.ts';
import type { WhatIf } from '../../../shared/what-if.ts';
import { EDIT_CONDITION, editedSentence, sourceSentence, whatIfSentence } from '../../../shared/what-if-words.ts';
import { workspaceOption } from './data.ts';
import { type Common, addCommonOptions, withServices } from './options.ts';
import { print } from './output.ts';
import { comparisonLines } from './results.ts';

export function addComparisonsCommand(program: Command): void {
  addCommonOptions(
    program
      .command('comparisons')
      .argument('[comparison]', 'shows this one, with its judgement, its note and its saved edits')
      .description('list the stored comparisons, or show one'),
  ).action(async (id: string | undefined, { workspace, json }: Common) => {
    await withServices(workspaceOption(workspace), false, 'comparisons', (s) => {
      if (id === undefined) printList(Boolean(json), s.compare.list());
      else {
        const row = { ...s.compare.get(id), whatIfs: s.compare.whatIfs.list(id).saved };
        print(Boolean(json), row, () => [...comparisonLines(row), ...noteLines(row), ...editLines(row)]);
      }
      return Promise.resolve();
    });
  });
}

function printList(json: boolean, list: readonly ComparisonRow[]): void {
  print(json, list, () =>
    list.length
      ? list.map(
          (c) =>
            `${c.comparison}\t${c.run}\t${c.verdict}\tdistance ${c.distance.toFixed(3)}\t${methodWords(c)}\t${c.images[0].file}\t${c.images[1].file}`,
        )
      : ['No comparisons yet. Create one with: twinlens compare RUN IMAGE_A IMAGE_B'],
  );
}

function noteLines({ judgement, note }: Pick<ComparisonRow, 'judgement' | 'note'>): string[] {
  return [...(judgement ? [`  My judgement: ${judgementSentence(judgement)}`] : []), ...(note.trim() ? [`  My note: ${note.trim()}`] : [])];
}

/** What-if edits with the network's answers; none: no lines. */
export function editLines({ whatIfs, images }: Pick<ComparisonRow, 'images'> & { whatIfs: readonly WhatIf[] }): string[] {
  if (whatIfs.length === 0) return [];
  const files = [images[0].file, images[1].file] as const;
  return [
    '  Saved edits',
    ...whatIfs.flatMap(({ note, result, strokes }, i) => {
      const copy = sourceSentence(result, files);
      return [
        `    Edit ${i + 1}${note.trim() ? `: ${note.trim()}` : ''}`,
        `      ${whatIfSentence(result)} ${editedSentence(result, strokes)}`,
        ...(copy === null ? [] : [`      ${copy}`]),
      ];
    }),
    `    ${EDIT_CONDITION}`,
  ];
}
