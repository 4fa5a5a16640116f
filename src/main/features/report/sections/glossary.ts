import { TERMS } from '../../../../shared/glossary.ts';
import { markup, type Html } from '../../../foundation/html.ts';

export function glossarySection(): Html {
  return markup`<section class="glossary" aria-labelledby="glossary-title">
<p class="eyebrow">Appendix</p>
<h2 id="glossary-title">Terms</h2>
<dl>${TERMS.map(([name, meaning]) => markup`<div><dt>${name}</dt><dd>${meaning}</dd></div>\n`)}</dl>
</section>`;
}
