import type { ComparedImage } from '../../../../shared/comparison.ts';
import { fileNames, listText, NBSP, probabilityText } from '../../../../shared/format.ts';
import { distanceWords, verdictWord } from '../../../../shared/comparison-words.ts';
import { classesOf, isIdentical, trainedCount, truthOf } from '../../../../shared/pair-truth.ts';
import { verdictClaim } from '../../../../shared/verdict-claim.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import type { ReportEntry } from '../types.ts';
import { judgementText } from './judgement.ts';
import { claimLine } from './parts.ts';

/** The image's class or classes in the data set; nothing outside it. */
const className = (image: ComparedImage): Html | null => {
  const classes = classesOf(image);
  return classes.length === 0 ? null : markup` <span class="term">${nameOf(listText(classes))}</span>`;
};

/** First page: verdict and truth of every comparison. */
export function resultsTable(comparisons: readonly ReportEntry[]): Html {
  const judged = comparisons.some(({ judgement }) => judgement);
  return markup`<nav class="overview" aria-labelledby="overview-title"><h2 id="overview-title">Results</h2>
<table class="figures"><thead><tr><th scope="col">No.</th><th scope="col">Images</th><th scope="col">Verdict</th><th scope="col">Similarity</th><th scope="col">Distance <span class="term">threshold</span></th>${judged && markup`<th scope="col">My judgement</th>`}</tr></thead>
<tbody>${comparisons.map(({ comparison, judgement }, i) => {
    const [a, b] = comparison.images;
    const { distance, threshold } = distanceWords(comparison);
    const [nameA, nameB] = fileNames(a.file, b.file);
    return markup`<tr><th scope="row"><a href="#comparison-${i + 1}">${i + 1}</a></th><td><div>${nameOf(nameA)}${className(a)}</div><div>${nameOf(nameB)}${className(b)}</div></td><td>${
      comparison.verdict === 'different' ? '≠' : '='
    }${NBSP}${verdictWord(comparison.verdict)}${claimLine(verdictClaim(comparison))}</td><td data-label="Similarity">${probabilityText(comparison.similarity)}</td><td data-label="Distance">${distance} <span class="term">${threshold}</span></td>${
      judged && markup`<td data-label="My judgement">${judgement ? judgementText(judgement) : '–'}</td>`
    }</tr>\n`;
  })}</tbody></table>
<p class="note">${tally(comparisons)} The pairs were chosen, not sampled, so these counts do not measure the network; figures on test pairs do.</p></nav>`;
}

/** "Of 5 verdicts, 2 are right and 1 is wrong according to the data set; for 1 the data set does not say …; 1 is on identical images." */
function tally(comparisons: readonly ReportEntry[]): string {
  const counts = { right: 0, trained: 0, wrong: 0, open: 0, identical: 0 };
  for (const { comparison } of comparisons) {
    const truth = truthOf(comparison);
    if (isIdentical(comparison)) counts.identical++;
    else if (truth === 'unclear' || truth === 'unknown') counts.open++;
    else if (truth !== comparison.verdict) counts.wrong++;
    else {
      counts.right++;
      if (trainedCount(comparison)) counts.trained++;
    }
  }
  const { right, trained, wrong, open, identical } = counts;
  const are = (n: number): string => (n === 1 ? 'is' : 'are');
  const of = comparisons.length === 1 ? 'Of 1 verdict' : `Of ${comparisons.length} verdicts`;
  const rest = [
    open > 0 && `for ${open} the data set does not say whether the verdict is right`,
    identical > 0 && `${identical} ${identical === 1 ? 'is' : 'are'} on identical images`,
  ]
    .filter((part) => part !== false)
    .join('; ');
  if (right + wrong === 0) return `${of}, ${rest}.`;
  const trainedNote = trained === 0 ? '' : ` (${trained === right ? '' : `${trained} of them `}on images that the network was trained on)`;
  return `${of}, ${right} ${are(right)} right${trainedNote} and ${wrong} ${are(wrong)} wrong according to the data set${rest && `; ${rest}`}.`;
}
