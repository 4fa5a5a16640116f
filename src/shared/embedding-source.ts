import type { BackboneName } from './backbones.ts';
import type { KnownEncoder } from './encoder-comparison.ts';
import { parseEncoderName } from './encoder-name.ts';

/** An encoder's pooled features. Distance: 1 - cosine, 0..2. */
export interface EncoderSource {
  encoder: string; // see encoder-name.ts
  weights: string | null; // a file, or an id of the catalogue; null for an encoder that needs none
}

/** The embedding of a finished run. Distance: its D, with its threshold and verdict. */
export interface RunSource {
  run: string; // id
}

/** What turns an image into a row of numbers. Its schema is in embedding-source-schema.ts, which a browser does not load. */
export type EmbeddingSource = EncoderSource | RunSource;

export const isRunSource = (source: EmbeddingSource): source is RunSource => 'run' in source;

/** A text that is equal for equal sources and different for others. */
export const sourceKey = (source: EmbeddingSource): string =>
  isRunSource(source) ? JSON.stringify(['run', source.run]) : JSON.stringify(['encoder', source.encoder, source.weights]);

/** How the distance of two rows is measured. */
export const EMBEDDING_MEASURES = ['cosine', 'euclidean'] as const;
export type EmbeddingMeasure = (typeof EMBEDDING_MEASURES)[number];

export const measureOf = (source: EmbeddingSource): EmbeddingMeasure => (isRunSource(source) ? 'euclidean' : 'cosine');

/** Networks for photographs, the one with the best features expected first: self-supervised ones, then by ImageNet accuracy. */
const STRONGEST_FIRST: readonly BackboneName[] = [
  'dinov2_vitb14',
  'dinov2_vits14_reg',
  'dinov2_vits14',
  'imported',
  'convnext_tiny',
  'resnet50',
  'resnet34',
  'resnet18',
  'mobilenet_v2',
  'mobilenet_v2_035',
];

/** The strongest encoder on this computer; patches, which need no weights, without one. */
export function defaultSource(known: readonly KnownEncoder[]): EncoderSource {
  const here = known.filter(({ here: isHere }) => isHere);
  const rank = ({ encoder }: KnownEncoder): number => STRONGEST_FIRST.indexOf(parseEncoderName(encoder).backbone);
  const best = here.filter((one) => rank(one) >= 0).toSorted((a, b) => rank(a) - rank(b))[0];
  return best ? { encoder: best.encoder, weights: best.weights } : { encoder: 'patches', weights: null };
}
