import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import type { Resampling } from '../../../shared/training-options/resampling.ts';
import type { Inspected } from '../protocol/inspected.ts';
import type { EmbeddedType } from '../protocol/protocol.ts';
import { MemoryBudget } from '../async/memory-budget.ts';
import type { Bands, ToRgb } from './bands.ts';
import { type DecodeOptions, decodeError, MEMORY_LIMIT, openImage, type OpenImage, sha256Of } from './open-image.ts';
import { MID_GREY } from './reading-plan.ts';
import { resampleRgb } from './resample.ts';

/**
 * The only decoder: training, explanations and previews all use `decodePixels`, so an image has the same pixels everywhere.
 */

// Every file is decoded once, so libvips' cache would only take memory. One thread per image and several images at a time
// (DECODERS) keep all cores busy with less overhead than several threads on one small image.
sharp.cache(false);
sharp.concurrency(1);

/** How many images to decode at once, for `mapParallel`. libuv's pool has four threads by default. */
export const DECODERS = Math.max(1, Math.min(availableParallelism(), Number(process.env['UV_THREADPOOL_SIZE']) || 4));

const memory = new MemoryBudget(MEMORY_LIMIT);

/** RGB, interleaved, 8 bit: [height, width, 3]. */
export interface RgbImage {
  data: Uint8Array;
  width: number;
  height: number;
}

export interface SquareOptions extends DecodeOptions {
  resampling?: Resampling; // default 'centred'
}

/** RGBA, interleaved, 8 bit, alpha not premultiplied: [height, width, 4]. */
export type RgbaImage = RgbImage;

const LANCZOS = { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false } as const; // shrinks on load to at least twice the size
const ON_MID_GREY = { background: { r: MID_GREY, g: MID_GREY, b: MID_GREY } };

type Resize = (image: Sharp) => Sharp;

interface DecodeVariant {
  from?: string; // file path with options of libvips
  rotateFirst?: boolean; // before resizing
}

/**
 * The pipeline of every decode: first frame or largest page, EXIF rotation, colours to sRGB (embedded profiles and CMYK included),
 * alpha on mid-grey, 8 bit, three channels. `resize` only decides the size.
 * sharp runs these in its own fixed order: rotation, profile, flatten, resize, sRGB.
 */
async function decodePixels(opened: OpenImage, resize: Resize, { from, rotateFirst = false }: DecodeVariant = {}): Promise<RgbImage> {
  const { input, options, toRgb, range, lacksEndMarker } = opened.reading;
  const { width, height } = opened;
  try {
    return await memory.use(opened.memory, async () => {
      if (toRgb) return await rgbOf(resize(rawRgb(await convertBands(opened, toRgb))));
      const image = sharp(from ?? input, options)
        .autoOrient()
        .flatten(ON_MID_GREY)
        .toColourspace('srgb');
      if (range !== null) image.linear(65535 / range);
      if (rotateFirst || lacksEndMarker) image.extract({ left: 0, top: 0, width, height }); // sharp then rotates before resizing and does not shrink on load
      return await rgbOf(resize(image));
    });
  } catch (error) {
    throw decodeError(opened, error);
  }
}

async function rgbOf(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data: threeChannels(data, info.channels), width: info.width, height: info.height };
}

/** All bands as they are stored, upright. */
async function decodeBands({ reading, depth }: OpenImage, more: SharpOptions = {}): Promise<Bands> {
  const image = sharp(reading.input, { ...reading.options, ...more }).autoOrient();
  const sixteen = depth === 'ushort';
  const { data, info } = await (sixteen ? image.toColourspace('rgb16') : image).raw({ depth }).toBuffer({ resolveWithObject: true });
  const samples = sixteen ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  return { data: samples, width: info.width, height: info.height, channels: info.channels };
}

async function convertBands(opened: OpenImage, toRgb: ToRgb): Promise<RgbImage> {
  const bands = await decodeBands(opened);
  return { data: toRgb(bands), width: bands.width, height: bands.height };
}

/** [h, w, channels] -> [h, w, 3]: libvips decodes grey images to one channel. */
function threeChannels(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  const pixels = data.length / channels;
  const out = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) out[i * 3 + c] = data[i * channels + (channels < 3 ? 0 : c)]!;
  }
  return out;
}

/**
 * SHA-256, size and facts of an image, after a test decode to a small target (JPEG and WebP are shrunk on load).
 * Throws AppError 'bad-image' with `details.reason`, or 'not-found'.
 */
export async function inspect(file: string, options: DecodeOptions = {}): Promise<Inspected> {
  const opened = await openImage(file, options);
  if (opened.reading.rangeUnknown) return inspected(opened, maxSampleOf(await decodeSamples(opened)));
  await testDecode(opened);
  return inspected(opened, null);
}

/**
 * As `inspect`, with the hash of the pixels: upright 8-bit RGB in sRGB, or the samples of a 16-bit file whose range its data set
 * decides. Decodes once, but whole: a JPEG of 12 megapixels takes 65 ms of a core, `inspect` 14 ms. `content` is the hash of the
 * bytes where the whole image exceeds the memory limit.
 */
export async function inspectContent(file: string, options: DecodeOptions = {}): Promise<Inspected & { content: string }> {
  const opened = await openImage(file, options);
  if (opened.reading.rangeUnknown) {
    const samples = await decodeSamples(opened);
    return { ...inspected(opened, maxSampleOf(samples)), content: hashPixels(samples) };
  }
  const bytes = opened.memory + opened.width * opened.height * 3;
  if (bytes > (options.memoryLimit ?? MEMORY_LIMIT)) {
    await testDecode(opened);
    return { ...inspected(opened, null), content: sha256Of(opened.bytes) };
  }
  const content = hashPixels({ ...(await decodePixels({ ...opened, memory: bytes }, (p) => p)), channels: 3 });
  return { ...inspected(opened, null), content };
}

const inspected = ({ bytes, width, height, reading }: OpenImage, maxSample: number | null): Inspected => ({
  sha256: sha256Of(bytes),
  width,
  height,
  facts: reading.facts,
  maxSample,
});

/** Lanczos reads every source pixel. 'nearest' would skip the last rows and miss a truncated file. */
const testDecode = (opened: OpenImage): Promise<RgbImage> => decodePixels(opened, (p) => p.resize(16, 16, { fit: 'fill', kernel: 'lanczos3' }));

/** The bands of a 16-bit file as they are stored. */
async function decodeSamples(opened: OpenImage): Promise<Bands> {
  try {
    return await memory.use(opened.memory, () => decodeBands(opened, { ignoreIcc: true }));
  } catch (error) {
    throw decodeError(opened, error);
  }
}

function maxSampleOf({ data, channels }: Bands): number {
  let most = 0;
  for (let at = 0; at < data.length; at += channels) most = Math.max(most, data[at]!, data[at + 1]!, data[at + 2]!);
  return most;
}

/** SHA-256 of size, type and samples, hex. */
function hashPixels({ data, width, height, channels }: Bands): string {
  const hash = createHash('sha256').update(`${width} ${height} ${channels} ${data.BYTES_PER_ELEMENT}\n`);
  return hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest('hex');
}

/**
 * RGB [size, size, 3]: the whole image stretched to the square, as in the published method (no crop, no bars). Lanczos over
 * all source pixels, so large photographs don't alias. Throws as `inspect`.
 */
export async function decodeSquare(file: string, size: number, { resampling = 'centred', ...options }: SquareOptions = {}): Promise<Uint8Array> {
  const opened = await openImage(file, options);
  if (resampling === 'shifted') return (await decodePixels(opened, (p) => p.resize(size, size, LANCZOS))).data;
  return await centredSquare(opened, size);
}

/**
 * libvips shifts enlarged images by half a pixel, so an image that grows in either direction is resampled here. It also resizes before
 * the EXIF rotation, vertically and then horizontally, and clips in between: a rotated copy would differ by up to 22/255. So images
 * with an EXIF rotation are rotated first.
 */
async function centredSquare(opened: OpenImage, size: number): Promise<Uint8Array> {
  const { file, width, height, isReoriented } = opened;
  if (width < size || height < size) {
    const whole = await decodePixels(opened, (p) => p);
    return resampleRgb(whole.data, whole.width, whole.height, size, size);
  }
  if (!isReoriented) return (await decodePixels(opened, (p) => p.resize(size, size, LANCZOS))).data;
  const shrink = jpegShrink(opened, size);
  if (shrink === 1) return (await decodePixels(opened, (p) => p.resize(size, size, LANCZOS), { rotateFirst: true })).data;
  const smaller = await decodePixels(opened, (p) => p, { from: `${file}[shrink=${shrink}]` });
  return (await rgbOf(rawRgb(smaller).resize(size, size, LANCZOS))).data;
}

/** The factor by which sharp shrinks a JPEG on load (pipeline.cc). Without it sharp decodes a JPEG that is rotated first at full size. */
function jpegShrink({ format, bytes, width, height, reading }: OpenImage, size: number): 1 | 2 | 4 | 8 {
  if (format !== 'JPEG' || reading.input !== bytes) return 1;
  const whole = Math.min(width, height) / size;
  const factor = whole >= 16 ? 8 : whole >= 8 ? 4 : whole >= 4 ? 2 : 1;
  return factor > 1 && Math.trunc(whole) === factor ? ((factor / 2) as 1 | 2 | 4) : factor;
}

/** The image with its EXIF rotation, longest side at most `longest` px, never enlarged. Throws as `inspect`. */
export async function decodePhoto(file: string, longest: number, options: DecodeOptions = {}): Promise<RgbImage> {
  return (await decodeWithSize(file, longest, options)).small;
}

/** As decodePhoto, with the size of the image itself, px, upright. */
export async function decodeWithSize(
  file: string,
  longest: number,
  options: DecodeOptions,
): Promise<{ small: RgbImage; width: number; height: number }> {
  const opened = await openImage(file, options);
  const small = await decodePixels(opened, (p) => p.resize(longest, longest, { ...LANCZOS, fit: 'inside', withoutEnlargement: true }));
  return { small, width: opened.width, height: opened.height };
}

/**
 * A JPEG preview, longest side at most `longest` px, never enlarged. Shrinks on load where the format allows it: several times
 * faster than `decodePhoto` but slightly less exact, so for display only. Throws as `inspect`.
 */
export async function previewJpeg(file: string, longest: number, options: DecodeOptions = {}): Promise<Buffer> {
  const opened = await openImage(file, options);
  const image = await decodePixels(opened, (p) => p.resize(longest, longest, { fit: 'inside', withoutEnlargement: true }));
  const small = longest <= 512;
  return await rawRgb(image)
    .jpeg(small ? { quality: 80 } : { quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

interface EmbedOptions {
  longest: number; // px
  mime: EmbeddedType;
  /** The part of a larger image that is wanted, from the top, px. */
  frame?: { left: number; width: number; height: number };
}

/** As previewJpeg, for a file that is embedded in a page. Returns the size of the whole image, px. */
export async function embeddedCopy(
  file: string,
  { longest, mime, frame }: EmbedOptions,
): Promise<{ bytes: Uint8Array; width: number; height: number }> {
  const opened = await openImage(file, {});
  const { width, height } = opened;
  const hasFrame = frame && frame.left + frame.width <= width && frame.height < height;
  const image = await decodePixels(opened, (p) => {
    const part = hasFrame ? p.extract({ left: frame.left, top: 0, width: frame.width, height: frame.height }) : p;
    return part.resize(longest, longest, { fit: 'inside', withoutEnlargement: true });
  });
  return { bytes: await encodeAs(image, mime), width, height };
}

/** For a page. Both qualities were chosen by eye; EmbeddedType compares the sizes. */
export async function encodeAs(image: RgbImage, mime: EmbeddedType): Promise<Uint8Array> {
  const copy = mime === 'image/webp' ? rawRgb(image).webp({ quality: 82 }) : rawRgb(image).jpeg({ quality: 85, chromaSubsampling: '4:4:4' });
  return await copy.toBuffer();
}

const rawRgb = ({ data, width, height }: RgbImage): Sharp => sharp(data, { raw: { width, height, channels: 3 } });

/** Of zlib. Level 8 takes 1.1 to 3 times as long; photographs become at most 0.6 % smaller, drawings not at all. */
const PNG_LEVEL = 6;

export async function encodePng(image: RgbImage): Promise<Buffer> {
  return await rawRgb(image).png({ compressionLevel: PNG_LEVEL }).toBuffer();
}

/** A PNG with alpha; quick rather than small. */
export async function encodeRgba({ data, width, height }: RgbaImage): Promise<Buffer> {
  return await sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 2 })
    .toBuffer();
}

/** `quality` 1..100. */
export async function encodeJpeg(image: RgbImage, quality = 88): Promise<Buffer> {
  return await rawRgb(image).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** The image stretched to another size (px, both >= 1). */
export async function resizeRgb(image: RgbImage, width: number, height: number): Promise<RgbImage> {
  if (image.width === width && image.height === height) return image;
  if (image.width < width || image.height < height) return { data: resampleRgb(image.data, image.width, image.height, width, height), width, height };
  return await rgbOf(rawRgb(image).resize(width, height, LANCZOS));
}

/** A PNG of the image with an SVG of the same size in px on top. The SVG must not contain text, because no font is available. */
export async function drawSvgOver(image: RgbImage, svg: string): Promise<Buffer> {
  return await rawRgb(image)
    .composite([{ input: Buffer.from(svg), top: 0, left: 0 }])
    .removeAlpha()
    .png({ compressionLevel: PNG_LEVEL })
    .toBuffer();
}

/** An SVG at its own size in px. */
export async function rasterise(svg: string): Promise<RgbaImage> {
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
}

/** An opaque SVG at its own size in px as an RGB PNG. */
export async function svgToPng(svg: string): Promise<Buffer> {
  return await sharp(Buffer.from(svg)).removeAlpha().png({ compressionLevel: PNG_LEVEL }).toBuffer();
}
