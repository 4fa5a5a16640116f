import { markup, nameOf, type Html } from '../../../foundation/html.ts';

/** Lines to sign on paper. */
export const signOffSection = (author: string | undefined): Html => markup`<section class="signoff" aria-labelledby="signoff-title">
<h2 id="signoff-title">Signature</h2>
<div class="lines"><div class="line remarks"><span>Remarks</span></div><div class="line"><span>Name</span>${author && markup` <span class="signer">${nameOf(author)}</span>`}</div><div class="line"><span>Date</span></div><div class="line"><span>Signature</span></div></div>
</section>`;
