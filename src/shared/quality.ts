/** What is measured of every image, in the order of a stored row. domain/content/quality.ts computes them. */
export const QUALITY_NUMBERS = [
  'sharpness', // variance of the Laplacian over that of the grey values, 0..64
  'highlights', // 99th percentile of brightness, 0..255
  'shadows', // 5th percentile of brightness, 0..255
  'entropy', // of grey values, bits, 0..8
  'aspect', // longer side over shorter side, >= 1
  'side', // of a square of the same area, px
  'colour', // 99th percentile of the difference of the channels, 0..255
  'contrast', // standard deviation of the colours, 0..127.5
] as const;
export type QualityNumber = (typeof QUALITY_NUMBERS)[number];
