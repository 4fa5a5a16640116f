import type { Comparison } from './comparison.ts';
import { gateSentence } from './faithfulness-words.ts';
import { GATE_AUC } from './faithfulness.ts';
import {
  FLIP_MODES,
  FLIP_PARTS,
  type FlipMode,
  type FlipPart,
  type FlipResult,
  type FlipSearch,
  type FlipStanding,
  flipStanding,
  type FlipTest,
  LARGEST_SHARE,
  lettersOf,
  rolledWithin,
} from './flip.ts';
import { countText, listText, NBSP, percentText } from './format.ts';
import { isUndecided, type VerdictClaim, verdictClaim } from './verdict-claim.ts';

/** Words on a flip test, for the screen, the report and the command line. */

type Tested = Pick<Comparison, 'verdict' | 'similarity' | 'distance' | 'threshold' | 'curve' | 'certainty' | 'images'> & { flip: FlipTest };

/** One search: a badge of few words, and one sentence with its condition. */
export interface FlipClaim extends VerdictClaim {
  sentence: string;
}

/** A part of the images: what must be blurred to change the verdict, and what must stay sharp to hold it. */
export interface FlipRow extends Record<FlipMode, FlipClaim> {
  part: FlipPart;
  title: string; // "A", "A and B"
}

/** Everything that is said of a flip test. */
export interface FlipWords {
  /** Limits of the whole test, the most important first. */
  limits: string[];
  rows: FlipRow[];
  /** Parts without a result, and why. */
  missing: string[];
}

export const FLIP_CAVEAT =
  'A blurred part is not an absent one: the network was not trained on blurred parts, and another fill could give another share. Shares between those that were tried are unknown.';

export const PART_TITLES = { a: 'A', b: 'B', both: 'A and B' } as const satisfies Record<FlipPart, string>;

/** A share in whole percent, with its space. */
export const shareText = (percent: number): string => `${percent}${NBSP}%`;

/** Nothing is green if the verdict is known to be wrong, or if there is a limit. */
export function flipWords(comparison: Tested): FlipWords {
  const { flip } = comparison;
  const limits = limitsOf(comparison);
  if (flip.outcome !== 'tested') return { limits, rows: [], missing: [] };
  const canBeGood = verdictClaim(comparison).tone !== 'bad' && limits.length === 0;
  const rows = FLIP_PARTS.flatMap((part) => {
    const result = flip.parts[part];
    return result ? [rowOf(part, result, comparison, canBeGood)] : [];
  });
  return { limits, rows, missing: missingOf(comparison) };
}

function limitsOf({ flip, ...comparison }: Tested): string[] {
  const { gate, outcome } = flip;
  const limits =
    gate.low >= GATE_AUC
      ? []
      : [
          `${gateSentence({ gate })
            .slice(0, -1)
            .replace(/\. So none .*$/, '')}, so it is unknown whether its verdicts mean anything.`,
        ];
  switch (outcome) {
    case 'identical':
      return [...limits, 'Both images have the same pixels, so their distance is 0 for every network: there is nothing to test.'];
    case 'threshold':
      return [...limits, 'The distance is at the threshold up to rounding, so rounding decides the verdict: there is nothing to test.'];
    case 'tested':
      return isUndecided(comparison) ? [...limits, 'The verdict could go either way at this distance, so a change of it says little.'] : limits;
    default:
      return outcome satisfies never;
  }
}

/** Images whose map has no evidence for the verdict. */
function missingOf({ flip: { parts }, verdict }: Tested): string[] {
  const empty = (['a', 'b'] as const).filter((part) => parts[part] === null).map((part) => PART_TITLES[part]);
  if (empty.length === 0) return [];
  const maps = empty.length === 1 ? `The map of ${empty[0]!} has` : `The maps of ${listText(empty)} have`;
  return [
    `${maps} no evidence for “${verdict}”, so there is no order in which to blur ${empty.length === 1 ? 'this image, or both' : 'these images'}.`,
  ];
}

function rowOf(part: FlipPart, result: FlipResult, comparison: Tested, canBeGood: boolean): FlipRow {
  const [remove, keep] = FLIP_MODES.map((mode): FlipClaim => {
    const search = result[mode];
    const standing = flipStanding(search);
    return {
      ...toneOf(standing, canBeGood),
      words: badgeWords(mode, search),
      sentence: sentenceOf(mode, part, search, comparison.verdict) + undoneWords(mode, search, comparison) + beyondWords(part, search, comparison),
    };
  });
  return { part, title: PART_TITLES[part], remove: remove!, keep: keep! };
}

function toneOf(standing: FlipStanding, canBeGood: boolean): Pick<VerdictClaim, 'tone' | 'sign'> {
  if (standing === 'chance') return { tone: 'warn', sign: '✗' };
  if (standing === 'unclear') return { tone: 'neutral', sign: '?' };
  return canBeGood ? { tone: 'good', sign: '✓' } : { tone: 'neutral', sign: '✓' };
}

function badgeWords(mode: FlipMode, { share }: FlipSearch): string {
  if (mode === 'remove') return share === null ? `No change up to ${shareText(LARGEST_SHARE)}` : `Changes without ${shareText(share)}`;
  if (share === 0) return 'Stays without any part';
  return share === null ? `Does not stay with ${shareText(LARGEST_SHARE)}` : `Stays with ${shareText(share)}`;
}

const other = (verdict: Tested['verdict']): string => (verdict === 'same' ? 'different' : 'same');
const REST = { a: 'the rest of A', b: 'the rest of B', both: 'the rest of both' } as const satisfies Record<FlipPart, string>;
const OF = { a: 'A', b: 'B', both: 'each image' } as const satisfies Record<FlipPart, string>;
const MARKED = { a: 'its map marks', b: 'its map marks', both: 'the maps mark' } as const satisfies Record<FlipPart, string>;

function sentenceOf(mode: FlipMode, part: FlipPart, search: FlipSearch, verdict: Tested['verdict']): string {
  const { share } = search;
  const most = `most for “${verdict}”`;
  if (mode === 'remove') {
    if (share !== null)
      return `Blurring the ${shareText(share)} of ${OF[part]} that ${MARKED[part]} ${most} changes the verdict to “${other(verdict)}”; ${rolledWords(search, part, 'do so')}.`;
    return `Blurring up to ${shareText(LARGEST_SHARE)} of ${OF[part]}, from what ${MARKED[part]} ${most}, does not change the verdict; ${rolledWords(search, part, 'change it')}.`;
  }
  if (share === 0)
    return `The verdict stays “${verdict}” when all of ${part === 'both' ? 'both images' : OF[part]} is blurred: no part needs to be sharp.`;
  if (share !== null)
    return `With only the ${shareText(share)} of ${OF[part]} that ${MARKED[part]} ${most} and ${REST[part]} blurred, the verdict stays “${verdict}”; ${rolledWords(search, part, 'hold it')}.`;
  return `With up to ${shareText(LARGEST_SHARE)} of ${OF[part]}, what ${MARKED[part]} ${most}, and ${REST[part]} blurred, the verdict does not stay “${verdict}”; ${rolledWords(search, part, 'hold it')}.`;
}

/** The images of which a search used more than their map marks; '' if there is none. */
function beyondWords(part: FlipPart, { share }: FlipSearch, { verdict, flip }: Tested): string {
  const limited = lettersOf(part)
    .map((letter) => ({ name: PART_TITLES[letter], marked: flip.marked[letter === 'a' ? 0 : 1] }))
    .filter(({ marked }) => marked < (share ?? LARGEST_SHARE));
  if (limited.length === 0) return '';
  const marked = listText(limited.map(({ name, marked: percent }) => `${percentText(percent / 100)} of ${name}`));
  return ` Only ${marked} ${limited.length === 1 ? 'has' : 'have'} evidence for “${verdict}”: beyond that, the order continues with the parts that have the least evidence against it.`;
}

/** The larger tried shares that lack the effect of the one that was found; '' if none does. */
function undoneWords(mode: FlipMode, { share, tried }: FlipSearch, { verdict, threshold }: Tested): string {
  if (share === null) return '';
  const holds = (distance: number): boolean => distance > threshold === (verdict === 'different');
  const undone = tried.filter((one) => one.share > share && holds(one.distance) !== (mode === 'keep')).map((one) => shareText(one.share));
  return undone.length === 0 ? '' : ` Larger shares can undo it: ${listText(undone)} did.`;
}

/** The comparison with the rolled copies, and what follows from it. `effect`: "do so", in the plural. */
function rolledWords(search: FlipSearch, part: FlipPart, effect: 'do so' | 'change it' | 'hold it'): string {
  const { share, rolled } = search;
  const within = rolledWithin(search);
  const copies = `${countText(rolled.length)} turned and shifted copies of the ${part === 'both' ? 'maps' : 'map'}`;
  const singular = { 'do so': 'does so', 'change it': 'changes it', 'hold it': 'holds it' }[effect];
  const count =
    within === 0 ? `none ${singular}` : within === rolled.length ? `all ${effect}` : `${countText(within)} ${within === 1 ? singular : effect}`;
  const found = `of ${copies}, ${count} within ${shareText(share ?? LARGEST_SHARE)}`;
  const standing = flipStanding(search);
  if (standing === 'better') return found;
  if (standing === 'unclear') return share === null ? found : `${found}, so it is not clear that the position matters`;
  return share === null
    ? `${found}, so the ${part === 'both' ? 'maps do' : 'map does'} not mark what the verdict depends on most`
    : `${found}, so this is no better than chance: how much is blurred matters, not where`;
}

/** The one sentence for the page of a comparison: of the part with the smallest share, both images only if neither alone has one. */
export function flipLine(comparison: Tested): string | null {
  const { rows, limits, missing } = flipWords(comparison);
  const shareOf = ({ part }: FlipRow): number => comparison.flip.parts[part]!.remove.share ?? Infinity;
  const [smallest] = rows.filter(({ part }) => part !== 'both').toSorted((x, y) => shareOf(x) - shareOf(y));
  const row = smallest && shareOf(smallest) < Infinity ? smallest : (rows.find(({ part }) => part === 'both') ?? smallest);
  const texts = [limits[0], row ? row.remove.sentence : missing[0]].filter((text) => text !== undefined);
  return texts.length === 0 ? null : `Flip test. ${texts.join(' ')}`;
}
