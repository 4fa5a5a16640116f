import type { Comparison } from '../../../shared/comparison.ts';

/** The files of a comparison's images, A before B, and the SHA-256 that each must have, for the compute process. */
export const pairFiles = ({ images }: Pick<Comparison, 'images'>): { files: [string, string]; sha256: [string, string] } => ({
  files: [images[0].file, images[1].file],
  sha256: [images[0].sha256, images[1].sha256],
});
