import { METHOD_INFO, type MethodInfo, type MethodName } from '../../../../shared/explanation-methods.ts';
import type { LossInfo } from '../../../../shared/losses.ts';
import { FULL_COLOUR_QUANTILE, SCALE_PAIRS } from '../../../../shared/maps/run-scale.ts';
import { markup, type Content, type Html } from '../../../foundation/html.ts';

/** Appendix: the method. `losses`: those of the report's runs; `methods`: those of its maps. */
export function methodSection(losses: readonly LossInfo[], methods: readonly MethodName[]): Html {
  return markup`<section class="method" id="method" aria-labelledby="method-title">
<p class="eyebrow">Appendix</p>
<h2 id="method-title">Method</h2>
<p>One network turns each image into a short list of numbers, its embedding <i>z</i>; the same weights serve both images (a Siamese network). The distance of two images is</p>
<p class="formula"><i>D</i> = ‖<i>z</i><sub>A</sub> − <i>z</i><sub>B</sub>‖<sub>2</sub></p>
${losses.map(lossParagraphs)}
<p>The verdict is “different” above the threshold <i>t</i>, else “same”. The similarity estimates the share of same pairs at a distance. Its slope <i>k</i> and the distance <i>D</i><sub>50</sub>, where it is 50 %, are fitted together to the validation pairs by maximum likelihood (Platt scaling):</p>
<p class="formula">similarity = 1 / (1 + exp(<i>k</i> (<i>D</i> − <i>D</i><sub>50</sub>)))</p>
${
  losses.some(({ samples }) => samples === 'none') &&
  markup`<p>For a linear probe <i>D</i>²/2 is the probability of different classes that it states, so the curve is linear in the logarithm of its odds: ln <i>o</i>(<i>D</i>) − ln <i>o</i>(<i>D</i><sub>50</sub>), with <i>o</i>(<i>D</i>) = (<i>D</i>²/2) / (1 − <i>D</i>²/2) and <i>D</i>²/2 from 0.001 to 0.999, takes the place of <i>D</i> − <i>D</i><sub>50</sub>.</p>`
}
<p>The threshold is where the similarity is 50 %, <i>t</i> = <i>D</i><sub>50</sub>, unless the first page names another rule. Intervals of a similarity are 95 % intervals over images, or over groups where the data set has them: the covariance of <i>k</i> and <i>D</i><sub>50</sub> is clustered by these, because pairs that share one are not independent.</p>
${methods.map((name) => methodParagraphs(METHOD_INFO[name]))}
<p><i>S</i> is positive where the image’s content increases the distance and negative where it decreases it. For the verdict “different” the factual map is max(<i>S</i>, 0) and the counterfactual map is max(−<i>S</i>, 0); for “same” the two are swapped. If the distance is explained, the factual map is always max(<i>S</i>, 0). Full colour is the ${100 * FULL_COLOUR_QUANTILE} % quantile of the largest |<i>S</i>| per image, on up to ${SCALE_PAIRS} validation pairs of the run, or the largest |<i>S</i>| of a pair where the page says so. A map whose largest value is below a tenth of the run’s full colour is marked as weak.</p>
<p class="cite">I. E. Livieris, E. Pintelas, N. Kiriakidou, P. Pintelas: “Explainable Image Similarity: Integrating Siamese Networks and Grad-CAM”. <cite>Journal of Imaging</cite> 2023, 9(10), 224. The calibration follows J. Platt (1999) and H.-T. Lin, C.-J. Lin and R. C. Weng (2007).</p>
</section>`;
}

function lossParagraphs({ label, samples, definition: { formula, over, symbols, source } }: LossInfo): Html {
  const meanings = Object.entries(symbols).map(([symbol, meaning], i) => markup`${i > 0 && '; '}<i>${symbol}</i> is ${meaning}`);
  const opening = samples === 'none' ? `The head is a ${label}, fitted to` : `Training minimises the ${label} over`;
  return markup`<p>${opening} ${over} (${source}):</p>
<p class="formula">${variablesInItalics(formula)}</p>
<p>Here ${meanings}.</p>`;
}

function methodParagraphs({ definition: { text, formula, meaning }, source }: MethodInfo): Html {
  return markup`<p>${text}</p>
<p class="formula">${variablesInItalics(formula)}</p>
<p>Here ${meaning} (${source}.)</p>`;
}

/** Single letters in italics; `_c` and `_hw` become indices. */
const variablesInItalics = (formula: string): Content =>
  formula
    .split(/(_[a-z]+)|\b([A-Za-z])(?![A-Za-z])/)
    .map((part) =>
      part === undefined
        ? null
        : /^_/.test(part)
          ? markup`<sub><i>${part.slice(1)}</i></sub>`
          : /^[A-Za-z]$/.test(part)
            ? markup`<i>${part}</i>`
            : part,
    );
