import type { ComparedImage, Comparison } from '../../../../shared/comparison.ts';
import { methodWords } from '../../../../shared/explanation-methods.ts';
import type { ReportSection } from '../../../../shared/report.ts';
import type { Calibration, RunRecord } from '../../../../shared/run.ts';
import { countNoun, fileName, fileNames, shortName, timeText } from '../../../../shared/format.ts';
import { comparisonNames, similaritySentence, verdictSentence, verdictWord } from '../../../../shared/comparison-words.ts';
import { networkName, removedRunName, runName } from '../../../../shared/run-words.ts';
import { flipLine } from '../../../../shared/flip-words.ts';
import { cllrSentence, likelihoodSentences } from '../../../../shared/likelihood.ts';
import { isIdentical, pairNotices } from '../../../../shared/pair-truth.ts';
import { verdictClaim } from '../../../../shared/verdict-claim.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import { PAGE_WIDTH, TEXT_WIDTH, TILE_HEIGHTS, spaceForImages, textHeight, tileHeights } from '../page-budget.ts';
import type { PaperSize, ReportComparison, ReportRun } from '../types.ts';
import { imageStage, stageHeight } from './image-stage.ts';
import { judgementHeight, judgementRow, noteBelow } from './judgement.ts';
import { mapsLine } from './map-check.ts';
import { claimLine } from './parts.ts';
import { distanceRuler } from './ruler.ts';

/** What a comparison's page shows besides the comparison. */
export interface PageContext {
  number: number; // of the comparison, from 1
  of: number;
  run: ReportRun | undefined; // undefined: no longer in the workspace
  sections: readonly ReportSection[];
  paper: PaperSize | undefined;
}

const SENTENCE_WIDTH = 92; // mm, of the sentence beside the ruler
const FIXED_HEIGHT = 9 + 10 + 5; // mm: verdict, sentence with ruler, spaces between the blocks
const TEXT_SIZE = 9; // pt, of evidence and caveats
const DENSE_SIZE = 8; // pt, where the images would otherwise be too small
const FINE_PRINT_SIZE = 7.5; // pt

/**
 * A comparison, on one printed page: verdict and truth, distance and threshold, images with maps, evidence, judgement, caveats, origin.
 * The images take the space that the texts leave. A note that is too long for the page continues on the next one.
 */
export function comparisonSection(shown: ReportComparison, context: PageContext): Html {
  const { comparison } = shown;
  const { number, of, run, paper } = context;
  const id = `comparison-${number}`;
  const short = withShortNames(comparison);
  const [a, b] = comparisonNames(short);
  const nameSize = a.length + b.length <= 50 ? 15 : 11; // pt, as in the style sheet
  const { flip } = comparison;
  const flipText = flip ? flipLine({ ...comparison, flip }) : null;
  const likelihood = context.sections.includes('likelihood') ? likelihoodTexts(comparison, run) : null;
  const evidence = [
    verdictClaim(comparison).sentence,
    similaritySentence(comparison, curveOf(comparison, run)),
    ...(likelihood ? [likelihood.ratio] : []),
    mapsLine(comparison),
    flipText,
  ].filter((text) => text !== null);
  const notices = pairNotices(short).map(({ text }) => text);
  const caveats = caveatsOf(short, run);
  const toSign = context.sections.includes('signature');
  const origin = originText(shown, run);
  const sentence = verdictSentence(comparison);
  const edits = shown.edits ? countNoun(shown.edits, 'saved edit') : '';

  const heightOf = (texts: readonly string[], size: number, space: number, width: number = PAGE_WIDTH): number =>
    texts.reduce((total, text) => total + textHeight({ text, size, space, width }), 0);
  const conditions = likelihood?.conditions ?? [];
  const textsAt = (size: number): number =>
    FIXED_HEIGHT +
    heightOf([`${a} and ${b} Comparison ${number} of ${of}`], nameSize, 2) +
    Math.max(0, heightOf([sentence], 10, 1, SENTENCE_WIDTH) - 10) +
    heightOf(notices, 10.2, 1) +
    stageHeight(comparison) +
    heightOf(evidence, size, 0.7, TEXT_WIDTH) +
    heightOf(conditions, FINE_PRINT_SIZE, 0.7, TEXT_WIDTH) +
    judgementHeight(shown, toSign) +
    heightOf(caveats, size, 0.7, TEXT_WIDTH - 4) +
    heightOf([`${origin} · ${edits} · details`], FINE_PRINT_SIZE, 3);
  const [first, second] = comparison.images.map(({ width, height }) => width / height || 1);
  const isDense = spaceForImages(textsAt(TEXT_SIZE), paper) < 2 * TILE_HEIGHTS.min;
  const heights = tileHeights([first!, second!], spaceForImages(textsAt(isDense ? DENSE_SIZE : TEXT_SIZE), paper));

  return markup`<section class="comparison${isDense && ' dense'}" id="${id}" aria-labelledby="${id}-title">
<header class="finding">
<div class="names"><h2 id="${id}-title"${nameSize < 15 && markup` class="long"`}>${nameOf(a)} <span class="and">and</span> ${nameOf(b)}</h2><p class="eyebrow">Comparison${of > 1 && ` ${number} of ${of}`}</p></div>
<div class="headline"><p class="verdict"><span class="glyph" aria-hidden="true">${comparison.verdict === 'different' ? '≠' : '='}</span> ${verdictWord(comparison.verdict)}</p>
${claimLine(verdictClaim(comparison))}</div>
${notices.map((text) => markup`<p class="notice"><span class="bang" aria-hidden="true">!</span> ${text}</p>`)}
<div class="measure"><p class="sentence">${sentence}</p>
${distanceRuler(comparison)}</div>
</header>
${imageStage(shown, heights)}
<div class="labelled"><h3>Evidence</h3><div>${evidence.map((text) => markup`<p>${text}</p>`)}${conditions.map((text) => markup`<p class="condition">${text}</p>`)}</div></div>
${judgementRow(shown, toSign)}
${caveats.length > 0 && markup`<div class="labelled caveats"><h3><span class="bang" aria-hidden="true">!</span> ${caveats.length === 1 ? 'Caveat' : 'Caveats'}</h3><ul>${caveats.map((text) => markup`<li>${text}</li>`)}</ul></div>`}
<p class="fine">${origin}${edits !== '' && markup` · <a href="#edits-${number}">${edits}</a>`}${context.sections.includes('details') && markup` · <a href="#details-${number}">details</a>`}</p>
${noteBelow(shown)}
</section>
`;
}

/** The likelihood ratio of the pair; in fine print its conditions, and what such ratios cost on test pairs. Null for identical files. */
function likelihoodTexts(comparison: Comparison, run: RunRecord | undefined): { ratio: string; conditions: string[] } | null {
  const sentences = likelihoodSentences(comparison);
  if (sentences === null)
    return isIdentical(comparison)
      ? null
      : { ratio: 'Likelihood ratio: not known, as an older version fitted the similarity curve of this run without its precision.', conditions: [] };
  const [ratio, condition] = sentences;
  const cost = run?.metrics.find(({ split }) => split === 'test')?.likelihood;
  return { ratio, conditions: [condition, cost ? cllrSentence(cost) : 'The cost of these ratios (Cllr) on test pairs is not known.'] };
}

/** The run's curve if it gave the similarity of this comparison; null if it was fitted again since. */
function curveOf({ curve }: Comparison, run: RunRecord | undefined): Calibration | null {
  const calibration = run?.calibration;
  return calibration && curve?.slope === calibration.slope && curve.midpoint === calibration.midpoint ? calibration : null;
}

/** Long names of files and classes are shortened. The whole names are beside the images. */
function withShortNames(comparison: Comparison): Comparison {
  const [first, second] = fileNames(comparison.images[0].file, comparison.images[1].file);
  const short = (image: ComparedImage, name: string): ComparedImage => ({
    ...image,
    file: shortName(name),
    className: image.className === null ? null : shortName(image.className),
    ...(image.filed && { filed: image.filed.map((filed) => ({ ...filed, className: shortName(filed.className) })) }),
  });
  const names = comparison.images.map(({ file }) => fileName(file));
  const [a, b] = comparison.images;
  return {
    ...comparison,
    images: [short(a, first), short(b, second)],
    warnings: comparison.warnings.map((text) => names.reduce((shorter, name) => shorter.replaceAll(name, shortName(name)), text)),
  };
}

function caveatsOf(comparison: Comparison, run: RunRecord | undefined): string[] {
  const caveats = [...comparison.warnings];
  if (!run) caveats.push('The run behind this comparison is no longer in the workspace, so there are no figures on test pairs.');
  else {
    if (!run.metrics.some(({ split }) => split === 'test'))
      caveats.push('The network has not been evaluated on test pairs, so it is unknown how often its verdicts on new images are right.');
    if (run.modelSha256 && run.modelSha256 !== comparison.modelSha256)
      caveats.push('This comparison was computed with an earlier checkpoint of the run than the one that the quality figures describe.');
  }
  return caveats;
}

const SHORT_HASH = 12; // hex digits: the whole ones are in the appendix

/** The line of small print that identifies comparison, network and files. */
function originText({ comparison }: ReportComparison, run: ReportRun | undefined): string {
  const { comparison: id, createdMs, target, images, modelSha256 } = comparison;
  const short = (hash: string): string => hash.slice(0, SHORT_HASH);
  const files = images.map((image, i) => `${'AB'[i]!} ${short(image.sha256)}`).join(', ');
  const network = `network ${run ? `${shortName(runName(run))} (${networkName(run.config)})` : removedRunName(comparison.run)}, model ${short(modelSha256)}`;
  return `${id}, ${timeText(createdMs)} · ${network} · maps of the ${target}: ${methodWords(comparison)} · SHA-256 of ${files}`;
}
