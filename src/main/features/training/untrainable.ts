import type { DatasetSummary } from '../../../shared/dataset.ts';
import { bytesText } from '../../../shared/format.ts';
import { lossInfo } from '../../../shared/losses.ts';
import type { SameKind } from '../../../shared/pair-relation.ts';
import type { RunConfig } from '../../../shared/run.ts';
import { labelPhrase, meaningOf } from '../../../shared/same-meaning.ts';
import { ENOUGH_IMAGES } from '../../domain/pairs/enough-images.ts';
import { quote } from '../../foundation/words.ts';
import type { PairCounts, StepMemory } from './ports.ts';

/** The reason, as a sentence, why a data set can't be trained on with same pairs of one class; null if it can. */
export function whyUntrainable({ name, classes, pairs, warnings }: DatasetSummary): string | null {
  const used = Object.values(classes).filter((images) => images > 0).length;
  if (used < 2) return warnings[0] ?? `${quote(name)} has fewer than two classes, so nothing can be trained on it.`;
  for (const [split, which] of [
    ['train', 'training'],
    ['valid', 'validation'],
  ] as const) {
    if (pairs[split] > 0) continue;
    return `No pairs can be formed among the ${which} images of ${quote(name)}: two of one class and one of another are needed there. Include images again, relabel some, or import ${ENOUGH_IMAGES}.`;
  }
  return null;
}

/** The reason, as a sentence, why same pairs can't be of one group; null if they can or are of one class. */
export function whyNoGroups({ name, groups, images, groupName }: DatasetSummary, same: SameKind): string | null {
  if (same !== 'group') return null;
  const noun = groupName ?? 'group';
  if (groups === null) return `${quote(name)} has no groups. Import its folder again with a rule that groups images, or choose same class.`;
  if (groups >= images)
    return `Each ${noun} of ${quote(name)} has one image, so no two images are of the same ${noun}. Import its folder with another group rule.`;
  if (groups === 1)
    return `All images of ${quote(name)} are of one ${noun}, so none are of different ones. Import its folder with another group rule.`;
  return null;
}

/** The reason, as a sentence, why the training or validation pairs of a meaning of "same" can't be used; null if they can. */
export function whyNoPairs(
  name: string,
  { formsPairs, valid }: Pick<PairCounts, 'formsPairs' | 'valid'>,
  config: Pick<RunConfig, 'same' | 'negatives' | 'groupName'>,
): string | null {
  if (formsPairs && valid.same > 0 && valid.different > 0) return null;
  const [which, consequence] = formsPairs ? ['validation', "the best epoch can't be chosen"] : ['training', 'nothing can be trained'];
  return `The ${which} images of ${name} don't form both same and different pairs, so ${consequence}. ${adviceOn(which, config)}`;
}

function adviceOn(which: string, { same, negatives, groupName }: Pick<RunConfig, 'same' | 'negatives' | 'groupName'>): string {
  if (same === 'class') return `Import ${ENOUGH_IMAGES}.`;
  if (same === 'pairs') return `The file must list same and different pairs of two ${which} images.`;
  const meaning = meaningOf({ same, groupName });
  return `At least two of them must be ${labelPhrase(meaning, 0)}, and two ${labelPhrase(meaning, 1)}${negatives === 'same-class' ? ' within a class' : ''}.`;
}

/**
 * The choice to change, and why, if training steps need more memory than the computer has: the system would kill the process after minutes
 * of swapping. Null if they don't.
 */
export function memoryProblem(memory: StepMemory, config: RunConfig): { field: 'batch' | 'classesPerStep'; message: string } | null {
  const needed = memory.neededFor(config);
  const available = memory.available();
  if (needed === null || needed <= available) return null;
  const [field, name] = lossInfo(config.loss).samples === 'labelled' ? (['classesPerStep', 'classes'] as const) : (['batch', 'pairs'] as const);
  const sizes = `Training steps need about ${bytesText(needed)} of memory, and this computer has ${bytesText(available)}`;
  return { field, message: `${sizes}: choose fewer ${name} per step, smaller images, fewer trained layers or another network.` };
}
