import type { Comparison } from './comparison.ts';
import type { ImageExamples, LabelledExample, PairExamples } from './examples.ts';
import { countNoun, countText, fileName, listText } from './format.ts';

/** What the examples show, and what they do not. */
export const EXAMPLES_CONDITION =
  'The number is the cosine of the pooled features of both images, at most 1. Near examples show what the network sees as alike, not whether the verdict is right.';

/** "0.934". Not rounded up to 1. */
export const cosineText = (cosine: number): string => (cosine < 1 && cosine >= 0.9995 ? '> 0.999' : cosine.toFixed(3).replace('-', '−'));

/** "A: 4 of the 5 nearest are rose, the class of A; 1 is tulip." */
export function nearestSentence({ nearest }: ImageExamples, i: 0 | 1, { images }: Pick<Comparison, 'images'>): string | null {
  if (nearest.length === 0) return null;
  const letter = 'AB'[i]!;
  const counts = [...Map.groupBy(nearest, ({ className }) => className)].map(([name, found]) => ({ name, n: found.length }));
  const classWords = (name: string): string => {
    const owners = images.flatMap((image, k) => (image.className === name ? ['AB'[k]!] : []));
    return owners.length > 0 ? `${name}, the class of ${owners.join(' and ')}` : name;
  };
  const parts = counts.sort((x, y) => y.n - x.n).map(({ name, n }) => ({ n, name: classWords(name) }));
  const [first, ...others] = parts;
  const all = nearest.length;
  const subject = all === 1 ? 'The nearest' : first!.n === all ? `All ${all} nearest` : `${first!.n} of the ${all} nearest`;
  const rest = others.map(({ n, name }) => `; ${n} ${n === 1 ? 'is' : 'are'} ${name}`).join('');
  return `${letter}: ${subject} ${first!.n === 1 ? 'is' : 'are'} ${first!.name}${rest}.`;
}

/** That the data set has copies of an image, which are no examples; null without one. */
export function copiesSentence({ copies }: ImageExamples, i: 0 | 1): string | null {
  if (copies.length === 0) return null;
  const named = copies.slice(0, 3).map(({ file, className, split }) => `${fileName(file)} (${className}, ${splitWord(split)})`);
  const more = copies.length > named.length ? [`${copies.length - named.length} more`] : [];
  return `The data set has ${copies.length === 1 ? 'a copy' : 'copies'} of ${'AB'[i]!}, not listed here: ${listText([...named, ...more])}.`;
}

export const splitWord = (split: 'train' | 'valid'): string => (split === 'valid' ? 'validation' : 'training');

/** Which images were compared. */
export function comparedSentence({ compared, available }: PairExamples): string {
  if (available === 0) return 'The data set has no training or validation images, so there are no examples.';
  if (compared < available)
    return `From ${countText(compared)} of ${countText(available)} training and validation images, sampled with the run’s seed; never from test images.`;
  return `From ${countNoun(compared, 'training and validation image')}; never from test images.`;
}

/** What makes the examples weaker; null without a reason. */
export function singleClassSentence({ classCount, available }: PairExamples): string | null {
  return classCount === 1 && available > 0 ? 'All of these images are of one class, so they can’t show which class is nearer.' : null;
}

/** "rose_4.jpg, rose, training, cosine 0.934". */
export const exampleText = ({ file, className, otherClasses, split, cosine }: LabelledExample): string =>
  `${fileName(file)}, ${[className, ...otherClasses.map((other) => `a copy is ${other}`)].join(', ')}, ${splitWord(split)}, cosine ${cosineText(cosine)}`;

/** Sentences on the examples of both images, for the report and the command line. */
export const exampleSentences = (examples: PairExamples, row: Pick<Comparison, 'images'>): string[] =>
  [
    ...([0, 1] as const).flatMap((i) => [nearestSentence(examples.images[i], i, row), copiesSentence(examples.images[i], i)]),
    comparedSentence(examples),
    singleClassSentence(examples),
  ].filter((text) => text !== null);
