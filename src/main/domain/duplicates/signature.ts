/** Grey values of an image stretched to a square: what near duplicates are recognised by. */
export const SIGNATURE_SIDE = 32; // px
export const SIGNATURE_BYTES = SIGNATURE_SIDE * SIGNATURE_SIDE;

const BORDER_TONES = 10; // of 255: largest difference to the tone of a border
const LEAST_LEFT = 0.4; // of a side: where less would be left, the image stands on a plain background and nothing is cut off

/**
 * The signature [SIGNATURE_SIDE, SIGNATURE_SIDE] of grey values [height, width], 0..255: means over its cells. Borders of one tone are cut off
 * first, so a frame or bars change nothing.
 */
export function signatureOf(grey: ArrayLike<number>, width: number, height: number): Uint8Array {
  const { left, top, right, bottom } = withoutBorders(grey, width, height);
  const out = new Uint8Array(SIGNATURE_BYTES);
  const [cellWidth, cellHeight] = [(right - left) / SIGNATURE_SIDE, (bottom - top) / SIGNATURE_SIDE];
  for (let y = 0; y < SIGNATURE_SIDE; y++) {
    for (let x = 0; x < SIGNATURE_SIDE; x++) {
      const cell = { left: left + x * cellWidth, right: left + (x + 1) * cellWidth, top: top + y * cellHeight, bottom: top + (y + 1) * cellHeight };
      out[y * SIGNATURE_SIDE + x] = Math.round(meanOf(grey, width, cell));
    }
  }
  return out;
}

interface Box {
  left: number;
  top: number;
  right: number; // exclusive
  bottom: number; // exclusive
}

/** The mean over a box; pixels that are partly inside count in part. */
function meanOf(grey: ArrayLike<number>, width: number, { left, top, right, bottom }: Box): number {
  let [sum, area] = [0, 0];
  for (let y = Math.floor(top); y < bottom; y++) {
    const high = Math.min(bottom, y + 1) - Math.max(top, y);
    for (let x = Math.floor(left); x < right; x++) {
      const part = high * (Math.min(right, x + 1) - Math.max(left, x));
      sum += part * grey[y * width + x]!;
      area += part;
    }
  }
  return sum / area;
}

function withoutBorders(grey: ArrayLike<number>, width: number, height: number): Box {
  const box = { left: 0, top: 0, right: width, bottom: height };
  const isPlain = (start: number, step: number, count: number, tone: number): boolean => {
    for (let i = 0, at = start; i < count; i++, at += step) if (Math.abs(grey[at]! - tone) > BORDER_TONES) return false;
    return true;
  };
  const isPlainRow = (y: number, tone: number): boolean => isPlain(y * width, 1, width, tone);
  while (box.top < height && isPlainRow(box.top, grey[0]!)) box.top++;
  while (box.bottom > box.top && isPlainRow(box.bottom - 1, grey[height * width - 1]!)) box.bottom--;
  const rows = box.bottom - box.top;
  const isPlainColumn = (x: number, tone: number): boolean => isPlain(box.top * width + x, width, rows, tone);
  while (box.left < width && isPlainColumn(box.left, grey[box.top * width]!)) box.left++;
  while (box.right > box.left && isPlainColumn(box.right - 1, grey[box.top * width + width - 1]!)) box.right--;
  if (rows < LEAST_LEFT * height || box.right - box.left < LEAST_LEFT * width) return { left: 0, top: 0, right: width, bottom: height };
  // The pixel beside a border mixes both.
  const isWide = box.right - box.left > SIGNATURE_SIDE && rows > SIGNATURE_SIDE;
  if (!isWide) return box;
  return {
    left: box.left > 0 ? box.left + 1 : 0,
    top: box.top > 0 ? box.top + 1 : 0,
    right: box.right < width ? box.right - 1 : width,
    bottom: box.bottom < height ? box.bottom - 1 : height,
  };
}
