import RandomisationChart from '../../../../shared/charts/RandomisationChart.svelte';
import { dependenceOf } from '../../../../shared/randomisation.ts';
import { DEPENDENCE_WORDS, randomisationSentence, stepsSentence } from '../../../../shared/randomisation-words.ts';
import { defaultMethodOf, METHOD_INFO } from '../../../../shared/explanation-methods.ts';
import { timeText } from '../../../../shared/format.ts';
import { chart } from '../chart.ts';
import { markup, type Html } from '../../../foundation/html.ts';
import type { ReportRun } from '../types.ts';

/** Whether the maps depend on what the network learnt, with the figures that are needed to repeat the check. */
export function randomisationPart({ randomisation, config }: ReportRun): Html {
  const title = markup`<h3>Do the maps depend on what it learnt?</h3>`;
  if (!randomisation) return markup`${title}<p>Not measured: no network with redrawn weights was compared with this one.</p>`;
  const { sign, words } = DEPENDENCE_WORDS[dependenceOf(randomisation)];
  const { seed, redraws, pairs, recipe, measuredMs } = randomisation;
  return markup`${title}
<p>${sign} ${words}. ${randomisationSentence(randomisation)}</p>
<figure class="plot">${chart(RandomisationChart, { randomisation, width: 400 })}<figcaption>Spearman’s rank correlation of the cells of ${METHOD_INFO[defaultMethodOf(config)].label} maps with those of the trained network’s, over the redrawn stages (cascading: Adebayo et al., NeurIPS 2018). ${stepsSentence(randomisation)} Line: mean; band: from 10 to 90 % of the maps.</figcaption></figure>
<p class="note">${pairs} validation pairs, ${redraws} redraws with seed ${seed}, recipe ${recipe}, ${timeText(measuredMs)}.</p>`;
}
