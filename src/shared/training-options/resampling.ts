/**
 * How images are resized to the network's input. A run keeps the method that it was trained with.
 * centred: pixel centres stay where they are, as in Pillow, and turned copies of a picture give the same pixels.
 * shifted: runs of earlier versions; an image that is enlarged in either direction is shifted by half a pixel to the right and down.
 */
export const RESAMPLINGS = ['centred', 'shifted'] as const;
export type Resampling = (typeof RESAMPLINGS)[number];

export const RESAMPLING_WORDS: Record<Resampling, string> = {
  centred: 'pixel centres aligned, as in Pillow',
  shifted: 'as in earlier versions: enlarged images are shifted half a pixel to the right and down',
};
