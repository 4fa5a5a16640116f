import { markup, type Html } from '../../../foundation/html.ts';

/** What the maps do and do not say. In every report: a map looks convincing, whether the verdict is right or wrong. */
export const mapLimits = (): Html => markup`<section class="limits" id="maps" aria-labelledby="maps-title">
<h2 id="maps-title">What the maps can and cannot say</h2>
<div class="says">
<div><h3>What the maps say</h3><ul>
<li>Where in each image the network’s features increase or decrease the distance, for this pair and this network.</li>
<li>How strongly: on the run’s scale, maps by the same method at the same layer can be compared within and between pairs. A page whose colours are stretched to its pair says so.</li>
<li>Whether there is evidence at all: a map without any is empty.</li></ul></div>
<div><h3>What they do not say</h3><ul>
<li>Whether the network is right. A wrong verdict has maps too, and they can look convincing.</li>
<li>What would happen if a region were changed: except by Occlusion, a map is computed from gradients, not measured by changing the image.</li>
<li>Anything finer than one cell of the map’s grid, or why the marked content matters.</li>
<li>Whether the objects in the images are the same. The network only knows images and their folders.</li></ul></div>
</div>
</section>`;
