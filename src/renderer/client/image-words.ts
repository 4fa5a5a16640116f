import type { CuratedImage } from '../../shared/curation.ts';
import type { Split } from '../../shared/dataset.ts';
import { countText, fileName } from '../../shared/format.ts';

export const SPLIT_WORDS: Record<Split, { letter: string; name: string; meaning: string }> = {
  train: { letter: 'Tr', name: 'training', meaning: 'used to train the network' },
  valid: { letter: 'Va', name: 'validation', meaning: 'used to select the best epoch and the threshold' },
  test: { letter: 'Te', name: 'test', meaning: 'used only to evaluate the finished network' },
};

export const imagesText = (n: number): string => `${countText(n)} ${n === 1 ? 'image' : 'images'}`;

/** Description for screen readers: name, class, split, state and tags. */
export function labelOf(image: CuratedImage): string {
  const parts = [fileName(image.file), image.className, `${SPLIT_WORDS[image.split].name} image`];
  if (image.className !== image.importedClass) parts.push(`was ${image.importedClass}`);
  if (image.excluded) parts.push('excluded');
  if (image.tags.length > 0) parts.push(`tags ${image.tags.join(', ')}`);
  return parts.join(', ');
}
