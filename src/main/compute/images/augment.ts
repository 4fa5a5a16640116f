import type { Random } from '../../../shared/random.ts';
import type { Augmentation } from '../../../shared/training-options/augmentation.ts';

/** Geometry of an augmentation: which part of the square is sampled, and how it is flipped and rotated. */
export interface Warp {
  flipX: boolean;
  flipY: boolean;
  angle: number; // degrees, counter-clockwise as seen
  keep: number; // 0..1: share of each side inside the crop window
  left: number; // 0..1 - keep: where the crop window begins, share of the side
  top: number;
}

/** Colour factors; 1 = unchanged. */
export interface Tint {
  brightness: number;
  contrast: number;
  saturation: number;
}

const COLOUR_RANGE = 0.5; // factors lie in 1 ± 0.5 at full strength

/** Always consumes the same random numbers, so switching one change off leaves the others unchanged. */
export function drawWarp(options: Augmentation, random: Random): Warp {
  const flipX = random.below(2) === 1 && options.flipHorizontal;
  const flipY = random.below(2) === 1 && options.flipVertical;
  const angle = random.between(-1, 1) * options.rotation || 0;
  const cut = random.between(0, 1) * options.crop;
  return { flipX, flipY, angle, keep: 1 - cut, left: random.between(0, 1) * cut, top: random.between(0, 1) * cut };
}

export function drawTint(options: Augmentation, random: Random): Tint {
  const factor = (): number => 1 + random.between(-1, 1) * COLOUR_RANGE * options.colour;
  return { brightness: factor(), contrast: factor(), saturation: factor() };
}

/** Mirrors a coordinate into 0..n-1 about the centres of the border pixels (… 2 1 0 1 2 …). */
function mirrorIndex(x: number, n: number): number {
  if (x >= 0 && x <= n - 1) return x;
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const m = ((x % period) + period) % period;
  return m < n ? m : period - m;
}

/**
 * Applies a warp in one affine pass with bilinear sampling. Positions outside are mirrored at the border, so there is no edge to
 * learn. pixels: [size, size, 3], not changed. Flips alone and the identity are exact.
 */
export function warp(pixels: Uint8Array, size: number, { flipX, flipY, angle, keep, left, top }: Warp): Uint8Array {
  const out = new Uint8Array(pixels.length);
  const radians = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const centre = size / 2;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      // From the centre of the new pixel to its source position: crop window, rotation about the centre, flip.
      const u = (x + 0.5) * keep + left * size - centre;
      const v = (y + 0.5) * keep + top * size - centre;
      const rotatedX = u * cos - v * sin;
      const rotatedY = u * sin + v * cos;
      const sx = mirrorIndex((flipX ? -rotatedX : rotatedX) + centre - 0.5, size);
      const sy = mirrorIndex((flipY ? -rotatedY : rotatedY) + centre - 0.5, size);
      const x0 = Math.floor(sx);
      const y0 = Math.floor(sy);
      const x1 = Math.min(size - 1, x0 + 1);
      const y1 = Math.min(size - 1, y0 + 1);
      const fx = sx - x0;
      const fy = sy - y0;
      const at = (y * size + x) * 3;
      for (let c = 0; c < 3; c++) {
        const above = pixels[(y0 * size + x0) * 3 + c]! * (1 - fx) + pixels[(y0 * size + x1) * 3 + c]! * fx;
        const below = pixels[(y1 * size + x0) * 3 + c]! * (1 - fx) + pixels[(y1 * size + x1) * 3 + c]! * fx;
        out[at + c] = Math.round(above * (1 - fy) + below * fy);
      }
    }
  }
  return out;
}

const luma = (r: number, g: number, b: number): number => 0.299 * r + 0.587 * g + 0.114 * b; // ITU-R BT.601

/**
 * Brightness, then contrast about the image's mean luma, then saturation about each pixel's luma, as in torchvision's
 * ColorJitter. Rounded and clamped to 0..255 once, at the end. pixels: [n, 3], not changed.
 */
export function tint(pixels: Uint8Array, { brightness, contrast, saturation }: Tint): Uint8Array {
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 3) sum += luma(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!);
  const mean = (brightness * sum) / Math.max(1, pixels.length / 3);
  const gain = brightness * contrast;
  const offset = mean * (1 - contrast);
  const out = new Uint8ClampedArray(pixels.length); // rounds and clamps
  for (let i = 0; i < pixels.length; i += 3) {
    const grey = luma(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!);
    for (let c = 0; c < 3; c++) out[i + c] = gain * (grey + (pixels[i + c]! - grey) * saturation) + offset;
  }
  return new Uint8Array(out.buffer);
}

/**
 * An augmented copy of a square RGB image [size, size, 3], 0..255, determined by `random`. An exact copy if every change is switched
 * off.
 */
export function augment(pixels: Uint8Array, size: number, options: Augmentation, random: Random): Promise<Uint8Array> {
  const geometry = drawWarp(options, random);
  const colourFactors = drawTint(options, random);
  const isWarped = geometry.flipX || geometry.flipY || geometry.angle !== 0 || geometry.keep !== 1;
  const warped = isWarped ? warp(pixels, size, geometry) : pixels.slice();
  return Promise.resolve(options.colour > 0 ? tint(warped, colourFactors) : warped);
}
