/**
 * How images are brought to the network's size. A run keeps the one that it was trained with.
 * centred: pixel centres stay where they are, as in Pillow, and turned copies of a picture give the same pixels.
 * shifted: of versions before; images that grow in either direction lie half a pixel to the right and down.
 */
export const RESAMPLINGS = ['centred', 'shifted'] as const;
export type Resampling = (typeof RESAMPLINGS)[number];

export const RESAMPLING_WORDS: Record<Resampling, string> = {
  centred: 'pixel centres aligned, as in Pillow',
  shifted: 'as in earlier versions: enlarged images are shifted half a pixel to the right and down',
};
