import { countNoun, countText, NBSP, percentText } from './format.ts';
import { REDRAWN_QUANTILE, type RedrawnFigure, dependenceOf, type MapDependence, type Randomisation } from './randomisation.ts';

/** Words on redrawn networks, for the screen, the report and the command line. */

/** A rank correlation with two decimals and a true minus sign. */
export const correlationText = (value: number): string =>
  value
    .toFixed(2)
    .replace(/^-(?=0\.00$)/, '')
    .replace('-', '\u2212');

/** A short claim, its sign and tone as of a badge. */
export const DEPENDENCE_WORDS = {
  learnt: { sign: '✓', tone: 'good', words: 'Maps depend on what was learnt' },
  partly: { sign: '!', tone: 'neutral', words: 'Maps depend on what was learnt in part' },
  structure: { sign: '✗', tone: 'warn', words: 'Maps hardly depend on what was learnt' },
} as const satisfies Record<MapDependence, { sign: string; tone: string; words: string }>;

/** "The maps change when the network’s weights are redrawn (rank correlation 0.08, …), so they depend on what was learnt." */
export function randomisationSentence(randomisation: Pick<Randomisation, 'steps' | 'images' | 'redraws'>): string {
  const { steps, images, redraws } = randomisation;
  const last = steps.at(-1)!;
  const isHeadOnly = steps.every(({ redrawn }) => redrawn in HEAD_LAYERS);
  const condition = `rank correlation ${correlationText(last.mean)} with all weights${isHeadOnly ? ' of the head' : ''} redrawn; mean of ${countNoun(images, 'validation image')} and ${countText(redraws)} redraws, 1 would be the same order of cells`;
  const change = {
    learnt: ['change', 'so they depend on what was learnt'],
    partly: ['change in part', 'so they depend on what was learnt, and also on the network’s structure and the image alone'],
    structure: ['hardly change', `so they do not show what was learnt: an untrained ${isHeadOnly ? 'head' : 'network'} marks nearly the same`],
  } as const satisfies Record<MapDependence, readonly [string, string]>;
  const [verb, meaning] = change[dependenceOf(randomisation)];
  return `The maps ${verb} when the ${isHeadOnly ? 'head’s' : 'network’s'} weights are redrawn (${condition}), ${meaning}.${isHeadOnly ? ` ${HEAD_ONLY}` : ''}`;
}

/** Of an imported encoder. */
const HEAD_ONLY = 'The encoder has no weights that can be redrawn here, so this checks the head alone.';

/** The layers of a head; all other stages are the backbone's. */
const HEAD_LAYERS: Readonly<Record<string, string>> = { 'fc.2': 'the head’s last layer', 'fc.0': 'the head’s first layer', probe: 'the head' };

/** The steps of the chart in words: "…: (1) the head’s last layer, fc.2; … (3) the backbone’s last stage, features.14; (4) its stage 2 of 3, …". */
export function stepsSentence({ steps }: Pick<Randomisation, 'steps'>): string {
  const stages = steps.filter(({ redrawn }) => !(redrawn in HEAD_LAYERS)).length;
  const head = steps.length - stages;
  const nameOf = (step: number): string => {
    const stage = stages - (step - head); // from the network's input
    if (stages === 1) return 'the backbone';
    if (stage === stages) return 'the backbone’s last stage';
    return stage === 1 ? 'its first stage' : `its stage ${stage} of ${stages}`;
  };
  const from = stages === 0 ? 'end of the head to its start' : 'end of the network to its start';
  const named = steps.map(({ redrawn }, i) => `(${i + 1}) ${HEAD_LAYERS[redrawn] ?? nameOf(i)}, ${redrawn}`);
  return `Redrawn one after the other, from the ${from}: ${named.join('; ')}.`;
}

/** "redrawn networks: 33 %, in 95 % of their maps at most 44 %". */
export const redrawnWords = ({ median, limit }: RedrawnFigure): string =>
  `redrawn networks: ${percentText(median)}, in ${100 * REDRAWN_QUANTILE}${NBSP}% of their maps at most ${percentText(limit)}`;
