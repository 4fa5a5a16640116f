import type { Interval } from '../../../shared/run.ts';
import type { AucLimit, ClassCell, RunStructure } from '../../../shared/structure.ts';
import { areDisjoint } from '../evaluate/intervals.ts';

const CONTRADICTIONS = 0.1; // least share of the loss from which contradicting labels are named
const CELL_LOSS = 0.25; // least share of the loss from which a pair of classes is named
const CLASS_LOSS = 0.5; // least share of the loss from which a class, or the worst images, are named
const EXCESS = 2; // least ratio of a class's share of the loss to its share of the pairs
const MIN_WRONG = 3; // least number of wrong verdicts
const WIDE = 0.1; // of the AUC's interval

export type LimitFacts = Pick<
  RunStructure,
  'auc' | 'over' | 'featuresAuc' | 'gain' | 'classes' | 'pairs' | 'images' | 'worstImages' | 'contradicting'
>;

/**
 * What limits the AUC most. "Loss" is 1 - AUC, of which each pair causes a share (lossShares). The first rule that applies:
 *
 * 1. The AUC is 1: nothing.
 * 2. Images whose pixels are filed under several classes cause at least 10 % of the loss.
 * 3. The intervals of the validation and the test AUC do not overlap. `valid`: AUC and interval on validation pairs, if known.
 * 4. The gain over the pooled features on the same pairs may be 0: its interval reaches 0.
 * 5. Pairs of two classes, or within one, cause at least 25 % of the loss, twice their share of the pairs.
 * 6. Pairs with one class cause at least half of the loss, twice their share of the pairs.
 * 7. The worst images (5 %) cause at least half of the loss.
 * 8. The AUC's interval is wider than 0.1.
 * 9. Else the loss is spread over the classes.
 */
export function limitOf(facts: LimitFacts, units: number, valid: { auc: number; interval: Interval } | null): AucLimit {
  const { auc, featuresAuc, gain, contradicting, worstImages, images, over } = facts;
  if (auc.value === 1) return { kind: 'nothing' };
  if (contradicting.loss >= CONTRADICTIONS) return { kind: 'contradictions', ...contradicting };
  if (valid && areDisjoint(valid.interval, auc.interval)) return { kind: 'split-gap', valid: valid.auc, test: auc.value };
  if (gain.interval[0] <= 0) return { kind: 'no-gain', features: featuresAuc, gain };
  const cell = worstCell(facts);
  if (cell) return cell;
  const oneClass = worstClass(facts);
  if (oneClass) return oneClass;
  if (worstImages.loss >= CLASS_LOSS) return { kind: 'images', count: worstImages.count, images, loss: worstImages.loss };
  if (auc.interval[1] - auc.interval[0] > WIDE) return { kind: 'few-images', interval: auc.interval, units, over };
  return { kind: 'spread', classes: facts.classes.names.length };
}

function worstCell({ classes: { names, cells }, pairs }: LimitFacts): AucLimit | null {
  const worst = cells.reduce<ClassCell | null>((most, cell) => (!most || cell.loss > most.loss ? cell : most), null);
  if (!worst || worst.loss < CELL_LOSS || worst.wrong < MIN_WRONG) return null;
  const share = worst.pairs / pairs;
  if (worst.loss < EXCESS * share) return null;
  return { kind: 'two-classes', names: [names[worst.a]!, names[worst.b]!], loss: worst.loss, share, pairs: worst.pairs, wrong: worst.wrong };
}

function worstClass({ classes: { names, cells }, pairs }: LimitFacts): AucLimit | null {
  const sums = names.map(() => ({ loss: 0, pairs: 0, wrong: 0 }));
  for (const cell of cells)
    for (const c of new Set([cell.a, cell.b])) {
      sums[c]!.loss += cell.loss;
      sums[c]!.pairs += cell.pairs;
      sums[c]!.wrong += cell.wrong;
    }
  const worst = sums.reduce((most, { loss }, c) => (loss > sums[most]!.loss ? c : most), 0);
  const { loss, pairs: own, wrong } = sums[worst] ?? { loss: 0, pairs: 0, wrong: 0 };
  if (loss < CLASS_LOSS || wrong < MIN_WRONG || loss < (EXCESS * own) / pairs) return null;
  return { kind: 'one-class', name: names[worst]!, loss, share: own / pairs };
}
