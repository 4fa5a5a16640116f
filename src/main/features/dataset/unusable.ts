import { type ImageRecord, UNSORTED } from '../../../shared/dataset.ts';
import { countNoun } from '../../../shared/format.ts';
import { quote } from '../../foundation/words.ts';

/** Why nothing can be trained on these images, and what to do first. `count`: of images, if `images` has one of each class only. */
export function unusableWarnings(images: readonly Pick<ImageRecord, 'className'>[], count = images.length): string[] {
  const classes = new Set(images.map(({ className }) => className));
  const [only] = classes;
  if (only === undefined) return ['All images are excluded, so nothing can be trained. Include some again.'];
  if (classes.size > 1) return [];
  if (only === UNSORTED)
    return [
      `All ${countNoun(count, 'image')} are unsorted, so nothing can be trained yet: sort them into two classes or more. Select images and press R to name their class; the keys 1 to 9 then sort one image after another.`,
    ];
  return [
    `All ${countNoun(count, 'remaining image')} are of one class, ${quote(only)}: pairs need at least two. Include images of another class again, or relabel some.`,
  ];
}
