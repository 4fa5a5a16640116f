import type { LossInfo } from '../../../../shared/losses.ts';
import { markup, type Content, type Html } from '../html.ts';

/** The published method and what its maps do and do not say. `losses`: those of the report's runs. */
export function methodSection(losses: readonly LossInfo[]): Html {
  return markup`<section class="method" id="method" aria-labelledby="method-title">
<p class="eyebrow">Background</p>
<h2 id="method-title">Method</h2>
<p>One network turns each image into a short list of numbers, its embedding <i>z</i>; the same weights serve both images (a Siamese network). The distance of two images is</p>
<p class="formula"><i>D</i> = ‖<i>z</i><sub>A</sub> − <i>z</i><sub>B</sub>‖<sub>2</sub></p>
${losses.map(lossParagraphs)}
<p>The verdict is “different” above the threshold <i>t</i>, else “same”. The threshold maximises balanced accuracy on validation pairs: the mean of the accuracies on same and on different pairs. The similarity decreases with the distance; its slope <i>k</i> is fitted to the same pairs by maximum likelihood (Platt scaling):</p>
<p class="formula">similarity = 1 / (1 + exp(<i>k</i> (<i>D</i> − <i>t</i>)))</p>
<p>The maps are Grad-CAM of the distance. They are computed for each image from its features <i>F<sub>c</sub></i> in channel <i>c</i> of the chosen layer and their gradient, averaged over the positions (<i>h</i>, <i>w</i>):</p>
<p class="formula"><i>S</i> = Σ<sub><i>c</i></sub> mean<sub><i>h,w</i></sub>(∂<i>D</i> / ∂<i>F<sub>c</sub></i>) · <i>F<sub>c</sub></i></p>
<p><i>S</i> is positive where the image’s content increases the distance and negative where it decreases it. For the verdict “different” the factual map is max(<i>S</i>, 0) and the counterfactual map is max(−<i>S</i>, 0); for “same” the two are swapped. If the distance is explained, the factual map is always max(<i>S</i>, 0). All maps have the same scale.</p>
<div class="says">
<div><h3>What the maps say</h3><ul>
<li>Where in each image the layer’s features increase or decrease the distance, to first order, for this pair and this network.</li>
<li>How strongly: all four maps have one scale, so that strong and weak evidence can be compared.</li>
<li>Whether there is evidence at all: a map without any is empty.</li></ul></div>
<div><h3>What they do not say</h3><ul>
<li>Whether the network is right. A wrong verdict has maps too, and they can look convincing.</li>
<li>What would happen if a region were changed: a map is a gradient, not an experiment.</li>
<li>Anything finer than one cell of the layer’s grid, or why the marked content matters.</li>
<li>Whether the objects in the images are the same. The network only knows images and their folders.</li></ul></div>
</div>
<p class="cite">I. E. Livieris, E. Pintelas, N. Kiriakidou, P. Pintelas: “Explainable Image Similarity: Integrating Siamese Networks and Grad-CAM”. <cite>Journal of Imaging</cite> 2023, 9(10), 224. The calibration follows J. Platt (1999) and H.-T. Lin, C.-J. Lin and R. C. Weng (2007).</p>
</section>`;
}

function lossParagraphs({ label, definition: { formula, over, symbols, source } }: LossInfo): Html {
  const meanings = Object.entries(symbols).map(([symbol, meaning], i) => markup`${i > 0 && '; '}<i>${symbol}</i> is ${meaning}`);
  return markup`<p>Training minimises the ${label} over ${over} (${source}):</p>
<p class="formula">${variablesInItalics(formula)}</p>
<p>Here ${meanings}.</p>`;
}

const variablesInItalics = (formula: string): Content =>
  formula.split(/\b([A-Za-z])\b/).map((part, i) => (i % 2 === 1 ? markup`<i>${part}</i>` : part));
