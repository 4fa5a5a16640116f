const MIN_LONGEST_SIDE = 512; // px: smaller photographs are enlarged so that map and legend are readable
const MIN_WIDTH = 256; // px: a narrower photograph is padded left and right

/** Where the photograph is in its overlay, px. The legend is below it. */
export interface OverlayFrame {
  left: number;
  width: number;
  height: number;
  overlayWidth: number;
}

/** Of a photograph of this size. */
export function overlayFrame(photoWidth: number, photoHeight: number): OverlayFrame {
  const enlarge = Math.max(1, MIN_LONGEST_SIDE / Math.max(photoWidth, photoHeight));
  const width = Math.round(photoWidth * enlarge) || 1;
  const height = Math.round(photoHeight * enlarge) || 1;
  const overlayWidth = Math.max(MIN_WIDTH, width);
  return { left: Math.floor((overlayWidth - width) / 2), width, height, overlayWidth };
}
