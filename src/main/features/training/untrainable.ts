import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { SameKind } from '../../../shared/pair-relation.ts';
import { ENOUGH_IMAGES } from '../../domain/pairs/enough-images.ts';
import { quote } from '../../foundation/words.ts';

/** The reason, as a sentence, why a data set can't be trained on; null if it can. */
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
