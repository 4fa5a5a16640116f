import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { AppError } from '../../../shared/errors.ts';
import { isTruncated, kindOf, type ImageFormat } from './image-kinds.ts';

/**
 * The only decoder: training, explanations and previews all use `decodePixels`, so an image has the same pixels everywhere.
 * The only file that imports sharp.
 */

// Every file is decoded once, so libvips' cache would only take memory. One thread per image and several images at a time
// (DECODERS) keep all cores busy with less overhead than several threads on one small image.
sharp.cache(false);
sharp.concurrency(1);

/** How many images to decode at once, for `mapParallel`. libuv's pool has four threads by default. */
export const DECODERS = Math.max(1, Math.min(availableParallelism(), Number(process.env['UV_THREADPOOL_SIZE']) || 4));

/** Pixels of the largest image that is accepted. */
export const PIXEL_LIMIT = 100_000_000;

/** Background of transparent pixels: neutral, and near the mean of most preprocessing. */
export const MID_GREY = 128;

export interface DecodeOptions {
  limitPixels?: number; // default PIXEL_LIMIT
  /** SHA-256 of the imported bytes, hex. A file that has changed since is rejected. */
  sha256?: string;
}

/** RGB, interleaved, 8 bit: [height, width, 3]. */
export interface RgbImage {
  data: Uint8Array;
  width: number;
  height: number;
}

/** RGBA, interleaved, 8 bit, alpha not premultiplied: [height, width, 4]. */
export type RgbaImage = RgbImage;

export interface Inspected {
  sha256: string; // of the file's bytes, hex
  width: number; // px, after EXIF rotation
  height: number;
}

/** An error whose `details.reason` continues the file's name ("is truncated: …"), for a list of rejected files. */
function badImage(file: string, reason: string, cause?: unknown): AppError {
  return new AppError('bad-image', `${path.basename(file)} ${reason}`, { file, reason }, cause);
}

interface OpenFile {
  file: string;
  bytes: Buffer;
  format: ImageFormat;
  width: number; // px, after EXIF rotation
  height: number;
  limitPixels: number;
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new AppError('not-found', `${path.basename(file)} is no longer there (${file}).`, { file }, error);
    if (code === 'EISDIR') throw badImage(file, 'is a folder, not an image', error);
    if (code === 'EACCES' || code === 'EPERM') throw badImage(file, 'cannot be read: permission denied', error);
    throw badImage(file, `cannot be read (${code ?? 'unknown reason'})`, error);
  }
}

function formatOf(file: string, bytes: Buffer): ImageFormat {
  if (bytes.length === 0) throw badImage(file, 'is empty (0 bytes)');
  const kind = kindOf(bytes);
  if (kind.type === 'image') return kind.format;
  if (kind.type === 'unsupported-image') throw badImage(file, `is ${kind.description}, a format that Twinlens can't read; save it as JPEG or PNG`);
  throw badImage(file, kind.description ? `isn't an image; it looks like ${kind.description}` : "isn't an image");
}

function decodeError(file: string, format: ImageFormat, bytes: Buffer, error: unknown): AppError {
  const reason = isTruncated(format, bytes)
    ? 'is truncated: the file ends before the image does'
    : `is damaged: its ${format} data cannot be decoded`;
  return badImage(file, reason, error);
}

/** Reads the whole file and parses its header. Rejects files that are not images, too large, or not 8 or 16 bit. */
async function open(file: string, { limitPixels = PIXEL_LIMIT, sha256 }: DecodeOptions): Promise<OpenFile> {
  const bytes = await bytesOf(file);
  if (sha256 !== undefined && sha256Of(bytes) !== sha256) throw badImage(file, 'has changed since it was imported; import its data set again');
  const format = formatOf(file, bytes);
  let header: Metadata;
  try {
    header = await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata();
  } catch (error) {
    throw decodeError(file, format, bytes, error);
  }
  const { width, height } = header.autoOrient;
  if (width * height > limitPixels) {
    const megapixels = (n: number): string => String(Math.round(n / 1e5) / 10);
    throw badImage(
      file,
      `is too large: ${width} × ${height} px are ${megapixels(width * height)} megapixels, and the limit is ${megapixels(limitPixels)}`,
    );
  }
  if (header.depth !== 'uchar' && header.depth !== 'ushort') {
    throw badImage(file, 'holds measurements rather than a photograph (neither 8 nor 16 bit a channel); save it as an 8-bit PNG');
  }
  return { file, bytes, format, width, height, limitPixels };
}

/**
 * The pipeline of every decode: first frame or page, EXIF rotation, conversion to sRGB (embedded profiles and CMYK included),
 * alpha on mid-grey, 8 bit, three channels. `resize` sets the size.
 * sharp's fixed order: rotation, profile, flatten, resize, sRGB.
 */
async function decodePixels(opened: OpenFile, resize: (image: Sharp) => Sharp): Promise<RgbImage> {
  const { bytes, file, format, limitPixels } = opened;
  // 'error' includes 'truncated' and checksum errors, but not the harmless warnings that many cameras' files cause.
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: limitPixels })
    .autoOrient()
    .flatten({ background: { r: MID_GREY, g: MID_GREY, b: MID_GREY } })
    .toColourspace('srgb');
  try {
    const { data, info } = await resize(image).raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { data: toRgb(data, info.channels), width: info.width, height: info.height };
  } catch (error) {
    throw decodeError(file, format, bytes, error);
  }
}

/** [h, w, channels] -> [h, w, 3]: libvips decodes grey images to one channel. */
function toRgb(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  const pixels = data.length / channels;
  const out = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) out[i * 3 + c] = data[i * channels + (channels < 3 ? 0 : c)]!;
  }
  return out;
}

/**
 * SHA-256 and size of an image, after a test decode to a small target (JPEG and WebP are shrunk on load).
 * Throws AppError 'bad-image' with `details.reason`, or 'not-found'.
 */
export async function inspect(file: string, options: DecodeOptions = {}): Promise<Inspected> {
  const opened = await open(file, options);
  // Lanczos reads every source pixel. 'nearest' would skip the last rows and miss a truncated file.
  await decodePixels(opened, (p) => p.resize(16, 16, { fit: 'fill', kernel: 'lanczos3' }));
  return { sha256: sha256Of(opened.bytes), width: opened.width, height: opened.height };
}

/**
 * RGB [size, size, 3]: the whole image stretched to the square, as in the published method (no crop, no bars). Lanczos over
 * all source pixels, so large photographs don't alias. Throws as `inspect`.
 */
export async function decodeSquare(file: string, size: number, options: DecodeOptions = {}): Promise<Uint8Array> {
  const opened = await open(file, options);
  const { data } = await decodePixels(opened, (p) => p.resize(size, size, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false }));
  return data;
}

/** The image with its EXIF rotation, longest side at most `longest` px, never enlarged. Throws as `inspect`. */
export async function decodePhoto(file: string, longest: number, options: DecodeOptions = {}): Promise<RgbImage> {
  const opened = await open(file, options);
  return await decodePixels(opened, (p) =>
    p.resize(longest, longest, { fit: 'inside', withoutEnlargement: true, kernel: 'lanczos3', fastShrinkOnLoad: false }),
  );
}

/**
 * A JPEG preview, longest side at most `longest` px, never enlarged. Shrinks on load where the format allows it: several times
 * faster than `decodePhoto` but slightly less exact, so for display only. Throws as `inspect`.
 */
export async function previewJpeg(file: string, longest: number, options: DecodeOptions = {}): Promise<Buffer> {
  const opened = await open(file, options);
  const image = await decodePixels(opened, (p) => p.resize(longest, longest, { fit: 'inside', withoutEnlargement: true }));
  const small = longest <= 512;
  return await rawRgb(image)
    .jpeg(small ? { quality: 80 } : { quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

const rawRgb = ({ data, width, height }: RgbImage): Sharp => sharp(data, { raw: { width, height, channels: 3 } });

export async function encodePng(image: RgbImage): Promise<Buffer> {
  return await rawRgb(image).png({ compressionLevel: 8 }).toBuffer();
}

/** `quality` 1..100. */
export async function encodeJpeg(image: RgbImage, quality = 88): Promise<Buffer> {
  return await rawRgb(image).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** The image stretched to another size (px, both >= 1). */
export async function resizeRgb(image: RgbImage, width: number, height: number): Promise<RgbImage> {
  if (image.width === width && image.height === height) return image;
  const { data } = await rawRgb(image).resize(width, height, { fit: 'fill', kernel: 'lanczos3' }).raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width, height };
}

/** A PNG of the image with an SVG of the same size in px on top. The SVG must not contain text, because no font is available. */
export async function drawSvgOver(image: RgbImage, svg: string): Promise<Buffer> {
  return await rawRgb(image)
    .composite([{ input: Buffer.from(svg), top: 0, left: 0 }])
    .removeAlpha()
    .png({ compressionLevel: 8 })
    .toBuffer();
}

/** An SVG at its own size in px. */
export async function rasterise(svg: string): Promise<RgbaImage> {
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
}

/** An SVG at its own size in px as an opaque RGB PNG. */
export async function svgToPng(svg: string): Promise<Buffer> {
  return await sharp(Buffer.from(svg)).flatten({ background: '#808080' }).png({ compressionLevel: 8 }).toBuffer();
}
