import { markup, type Html } from '../html.ts';

/** The published method and what its maps do and do not say. */
export function methodSection(): Html {
  return markup`<section class="method" id="method" aria-labelledby="method-title">
<p class="eyebrow">Background</p>
<h2 id="method-title">Method</h2>
<p>One network turns each image into a short list of numbers, its embedding <i>z</i>; the same weights serve both images (a Siamese network). The distance of two images is</p>
<p class="formula"><i>D</i> = ‖<i>z</i><sub>A</sub> − <i>z</i><sub>B</sub>‖<sub>2</sub></p>
<p>Training lowers the contrastive loss over labelled pairs, with <i>y</i> = 0 for two images of one class, <i>y</i> = 1 for two of different classes, and the margin <i>m</i>:</p>
<p class="formula"><i>L</i> = mean of (1 − <i>y</i>) <i>D</i><sup>2</sup> + <i>y</i> max(0, <i>m</i> − <i>D</i>)<sup>2</sup></p>
<p>Above the threshold <i>t</i> the verdict is “different”, else “same”. The threshold is the one that is right most often on validation pairs, counting both kinds of pairs alike. The displayed similarity is a falling function of the distance, with its steepness <i>k</i> fitted on the same pairs by maximum likelihood (Platt scaling):</p>
<p class="formula">similarity = 1 / (1 + exp(<i>k</i> (<i>D</i> − <i>t</i>)))</p>
<p>The maps are Grad-CAM, taken of the distance. For each image separately, with its own features <i>F<sub>c</sub></i> in channel <i>c</i> of the chosen layer and its own gradient, averaged over the positions (<i>h</i>, <i>w</i>),</p>
<p class="formula"><i>S</i> = Σ<sub><i>c</i></sub> mean<sub><i>h,w</i></sub>(∂<i>D</i> / ∂<i>F<sub>c</sub></i>) · <i>F<sub>c</sub></i></p>
<p>is positive where the image’s content makes the distance larger and negative where it makes it smaller. Explaining the verdict “different”, the factual map is max(<i>S</i>, 0) and the counterfactual map max(−<i>S</i>, 0); for “same” they change places. Explaining the distance, the first reading holds whatever the verdict. No map is scaled on its own.</p>
<div class="says">
<div><h3>What the maps say</h3><ul>
<li>Where in each image the layer’s features pushed the distance up or down, to first order, for this pair and this network.</li>
<li>How strongly, on one scale for all four maps, so that strong and weak evidence can be told apart.</li>
<li>That nothing spoke for or against, where a map is empty.</li></ul></div>
<div><h3>What they do not say</h3><ul>
<li>That the network is right. A wrong verdict has maps too, and they can look convincing.</li>
<li>What would happen if a region were changed: a map is a gradient, not an experiment.</li>
<li>Anything finer than one cell of the layer’s grid, or why the marked content matters.</li>
<li>What is true of the things in the images. The network knows only images and folders.</li></ul></div>
</div>
<p class="cite">I. E. Livieris, E. Pintelas, N. Kiriakidou, P. Pintelas: “Explainable Image Similarity: Integrating Siamese Networks and Grad-CAM”. <cite>Journal of Imaging</cite> 2023, 9(10), 224. The calibration follows J. Platt (1999) and H.-T. Lin, C.-J. Lin and R. C. Weng (2007).</p>
</section>`;
}
