import { fileName } from '../../../../shared/format.ts';
import { removedRunName, runName } from '../../../../shared/run-words.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import type { ReportInput } from '../types.ts';

/** Appendix: what a reader needs to check that a file is the one of this report. Names only: folders of the author's computer are private. */
export function filesSection({ comparisons, runs }: Pick<ReportInput, 'comparisons' | 'runs'>): Html {
  const models = new Map(comparisons.map(({ comparison }) => [comparison.modelSha256, comparison.run]));
  for (const { run, modelSha256 } of runs) if (modelSha256) models.set(modelSha256, run);
  const networkName = (id: string): string => {
    const run = runs.find((one) => one.run === id);
    return run ? runName(run) : removedRunName(id);
  };
  return markup`<section class="files" id="files" aria-labelledby="files-title">
<p class="eyebrow">Appendix</p>
<h2 id="files-title">Files</h2>
<table class="figures"><caption>Images</caption><thead><tr><th scope="col">No.</th><th scope="col">File <span class="term">SHA-256</span></th><th scope="col">Class</th><th scope="col">Pixels</th></tr></thead>
<tbody>${comparisons.map(({ comparison: { images } }, i) =>
    images.map(
      (image, side) =>
        markup`<tr><th scope="row">${i + 1}${'AB'[side]!}</th><td>${nameOf(fileName(image.file))}<br><code>${image.sha256}</code></td><td>${image.className === null ? '–' : nameOf(image.className)}</td><td>${image.width} × ${image.height}</td></tr>\n`,
    ),
  )}</tbody></table>
<table class="figures"><caption>Networks</caption><thead><tr><th scope="col">Run</th><th scope="col">SHA-256 of the model file</th></tr></thead>
<tbody>${[...models].map(([sha256, run]) => markup`<tr><th scope="row">${nameOf(networkName(run))}</th><td><code>${sha256}</code></td></tr>\n`)}</tbody></table>
<p class="note">The SHA-256 of a file is computed from its bytes: <code>sha256sum FILE</code>, on Windows <code>certutil -hashfile FILE SHA256</code>.</p>
</section>`;
}
