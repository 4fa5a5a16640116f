import RemovalCurve from '../../../../shared/charts/RemovalCurve.svelte';
import type { Comparison } from '../../../../shared/comparison.ts';
import {
  BLUR_SIGMA,
  DONORS,
  donorScore,
  type FaithfulnessCheck,
  REMOVED_SHARES,
  ROLLED_MAPS,
  SUPPORTED_FROM,
  WEAK_FROM,
} from '../../../../shared/faithfulness.ts';
import { gateSentence, imageZText, mapsClaim, zText } from '../../../../shared/faithfulness-words.ts';
import { NBSP, threeDigits, timeText } from '../../../../shared/format.ts';
import { chart } from '../chart.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import { facts } from './parts.ts';

/** The badge of the maps with its reason, for the evidence of a comparison's page; null if they were not checked: the appendix says so. */
export function mapsLine({ check }: Pick<Comparison, 'check'>): string | null {
  if (!check) return null;
  const { words, short } = mapsClaim(check);
  return `${words}. ${short}`;
}

/** Appendix: how the maps were checked, with everything that is needed to repeat it. */
export function mapCheckDetails({ check, distance }: Pick<Comparison, 'check' | 'distance'>): Html {
  if (!check)
    return markup`<h3>Check of the maps</h3>
<p>The maps were not checked.</p>`;
  const claim = mapsClaim(check);
  const donor = donorScore(check.images);
  const scores = (i: 0 | 1): string => {
    const { score, rolled, donor: withDonor } = check.images[i];
    const spread = Math.sqrt(rolled.reduce((sum, value) => sum + value ** 2, 0) / rolled.length);
    return `${threeDigits(score)}; rolled maps: root mean square ${threeDigits(spread)}${withDonor === null ? '' : `; with the donors ${threeDigits(withDonor)}`}`;
  };
  return markup`<h3>Check of the maps</h3>
<p>${claim.sign} ${claim.words}. ${claim.sentence}</p>
<p>${METHOD}</p>
<div class="charts">${([0, 1] as const).map((i) => curveFigure(i, check, distance))}</div>
<p class="note">The distance over the removed share. Solid line: without the largest values of the map; it is the lowest if the map is faithful. Dashed: without the smallest values. Dotted: by the rolled maps, their mean in a band from the 10 % to the 90 % quantile.</p>
${facts([
  ['z of the pair', check.z === null ? 'unknown: the maps are empty, or blurring changes nothing' : `${zText(check.z)} (${imageZText(check)})`],
  ['Signed score of A', scores(0)],
  ['Signed score of B', scores(1)],
  ['Gate', gateSentence(check)],
  [
    'Donors',
    check.donors.length === 0
      ? 'no training image could be read'
      : markup`${check.donors.map(({ file, sha256 }) => markup`${nameOf(file)}, SHA-256 <code>${sha256}</code>; `)}mean signed score of the pair ${threeDigits(donor ?? 0)}, which must be above 0`,
  ],
  [
    'Seeds',
    markup`recipe ${check.recipe}; SHA-256 of the pixels of A <code>${check.images[0].pixels}</code>, of B <code>${check.images[1].pixels}</code>`,
  ],
  ['Checked', timeText(check.checkedMs)],
])}`;
}

const curveFigure = (i: 0 | 1, { images }: FaithfulnessCheck, distance: number): Html =>
  markup`<figure class="plot">${chart(RemovalCurve, { letter: (['A', 'B'] as const)[i], distance, curve: images[i].curve, width: 380 })}</figure>`;

const wholePercent = (share: number): string => `${Math.round(100 * share)}${NBSP}%`;

const METHOD = `Parts of one image are blurred (standard deviation ${wholePercent(BLUR_SIGMA)} of its side) while the other stays as it is: ${REMOVED_SHARES.map(wholePercent).join(', ')} of the area, where the map is largest and where it is smallest. The signed score is the distance without the smallest values less that without the largest, averaged over the shares. ${ROLLED_MAPS} copies of the map, turned, mirrored and shifted around the edges with seeds from the pixels of both images, are scored in the same way. z is the sum of the scores of both images, divided by the root of the sum of the mean squares of their rolled scores: from ${SUPPORTED_FROM} the maps are supported, from ${WEAK_FROM} weakly. With up to ${DONORS} training images (the donors) in place of the blur, each in turn, the mean score must be positive, too.`;
