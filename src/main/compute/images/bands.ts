/** Conversion of decoded bands to RGB in cases that libvips lacks: extra bands, colours multiplied by alpha, L*a*b*. */

/** Samples of an image, interleaved: [height, width, channels]. */
export interface Bands {
  data: Uint8Array | Uint16Array;
  width: number;
  height: number;
  channels: number;
}

export type ToRgb = (bands: Bands) => Uint8Array; // [height, width, 3]

export interface BandSelection {
  alpha: number | null; // its band
  premultiplied: boolean;
  behind: number; // grey level behind transparent pixels
  range: number; // value of full intensity
}

/** The first three bands, or one grey band, as 8-bit RGB. Alpha blends onto `behind`. 16 bit is truncated to the upper byte, as in libvips. */
export function pickBands({ data, width, height, channels }: Bands, { alpha, premultiplied, behind, range }: BandSelection): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  const scale = range === 255 ? 1 : 65535 / range / 256;
  const second = channels >= 3 ? 1 : 0;
  for (let i = 0, at = 0; i < out.length; i += 3, at += channels) {
    const opacity = alpha === null ? 1 : Math.min(1, data[at + alpha]! / range);
    for (let c = 0; c < 3; c++) {
      const value = Math.min(255, Math.trunc(data[at + c * second]! * scale));
      out[i + c] = opacity === 1 ? value : Math.min(255, Math.round((premultiplied ? value : value * opacity) + behind * (1 - opacity)));
    }
  }
  return out;
}

const D50 = [0.9642, 1, 0.8249] as const; // white of TIFF's L*a*b*, as of ICC profiles
// XYZ (D50) to linear sRGB, Bradford adaptation included (Lindbloom).
const TO_RGB = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

const inverse = (t: number): number => (t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29));
const encode = (v: number): number => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);

/** CIE L*a*b* of TIFF (8 bit: L 0..255 for 0..100, a and b signed; 16 bit: L 0..65535, a and b signed, 256 per unit) to sRGB. */
export function labToRgb({ data, width, height, channels }: Bands): Uint8Array {
  const wide = data instanceof Uint16Array;
  const signed = wide ? new Int16Array(data.buffer, data.byteOffset, data.length) : new Int8Array(data.buffer, data.byteOffset, data.length);
  const [full, unit] = wide ? [65535, 256] : [255, 1];
  const out = new Uint8ClampedArray(width * height * 3);
  for (let i = 0, at = 0; i < out.length; i += 3, at += channels) {
    const fy = ((data[at]! / full) * 100 + 16) / 116;
    const x = D50[0] * inverse(fy + signed[at + 1]! / unit / 500);
    const y = D50[1] * inverse(fy);
    const z = D50[2] * inverse(fy - signed[at + 2]! / unit / 200);
    TO_RGB.forEach(([a, b, c], channel) => {
      out[i + channel] = 255 * encode(a * x + b * y + c * z);
    });
  }
  return new Uint8Array(out.buffer);
}
