import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { AppError } from '../../../shared/errors.ts';
import { isAvifSequence, pngRawBytes } from './headers.ts';
import { isTruncated, kindOf, type ImageFormat } from './image-kinds.ts';
import { readingOf, type Reading } from './reading-plan.ts';

const MB = 2 ** 20;

/** Bytes that decoding may take at once: an eighth of the computer's memory, between 256 MB and 1 GB. */
export const MEMORY_LIMIT = Math.min(1024, Math.max(256, Math.floor(totalmem() / 8 / MB))) * MB;

export interface DecodeOptions {
  /** Bytes that the decoded image may take. Default MEMORY_LIMIT. */
  memoryLimit?: number;
  /** SHA-256 of the imported bytes, hex. A file that has changed since is rejected. */
  sha256?: string;
  /** Bits that 16-bit samples use where the file does not say so; default all. */
  sampleBits?: number | null;
}

/** A file with its header read. */
export interface OpenImage {
  file: string;
  bytes: Buffer;
  format: ImageFormat;
  width: number; // px, after EXIF rotation
  height: number;
  isReoriented: boolean; // by an EXIF rotation or mirroring
  depth: 'uchar' | 'ushort';
  memory: number; // bytes to decode it, about
  reading: Reading;
}

/** An error whose `details.reason` continues the file's name ("is truncated: …"), for a list of rejected files. */
export function badImage(file: string, reason: string, cause?: unknown): AppError {
  return new AppError('bad-image', `${path.basename(file)} ${reason}`, { file, reason }, cause);
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function bytesOf(file: string): Promise<Buffer> {
  try {
    const stats = await stat(file);
    if (!stats.isFile() && !stats.isDirectory()) throw badImage(file, 'is not a file'); // reading a pipe would wait for its writer
    return await readFile(file);
  } catch (error) {
    if (error instanceof AppError) throw error;
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

export function decodeError({ file, format, bytes }: Pick<OpenImage, 'file' | 'format' | 'bytes'>, error: unknown): AppError {
  const reason = isTruncated(format, bytes)
    ? 'is truncated: the file ends before the image does'
    : `is damaged: its ${format} data cannot be decoded`;
  return badImage(file, reason, error);
}

async function headerOf(opened: Pick<OpenImage, 'file' | 'format' | 'bytes'>, input: Reading['input'], options: SharpOptions): Promise<Metadata> {
  try {
    return await sharp(input, { ...options, failOn: 'none', limitInputPixels: false }).metadata();
  } catch (error) {
    if (opened.format === 'AVIF' && isAvifSequence(opened.bytes)) {
      throw badImage(opened.file, 'is an AVIF sequence without a still image; save its first frame as JPEG or PNG', error);
    }
    throw decodeError(opened, error);
  }
}

/** Bytes to decode an image. A baseline JPEG is decoded row by row and shrunk on load; the others are counted whole. */
function memoryOf(format: ImageFormat, { width, height, channels, depth, isProgressive }: Metadata): number {
  const whole = width * height * channels * (depth === 'ushort' ? 2 : 1);
  if (format !== 'JPEG') return whole;
  return isProgressive ? whole * 2 : whole / 16; // progressive: 16-bit coefficients of all channels
}

const size = (bytes: number): string => (bytes >= 1000 * MB ? `${Math.round(bytes / 1024 / MB / 0.1) / 10} GB` : `${Math.ceil(bytes / MB)} MB`);

const LARGEST_RATIO = 1032; // of deflate: zlib technical details, "maximum compression factor"

/** Reads the whole file and parses its header. Rejects files that are not images, too large, or not 8 or 16 bit. */
export async function openImage(file: string, { memoryLimit = MEMORY_LIMIT, sha256, sampleBits = null }: DecodeOptions): Promise<OpenImage> {
  const bytes = await bytesOf(file);
  if (sha256 !== undefined && sha256Of(bytes) !== sha256) throw badImage(file, 'has changed since it was imported; import its data set again');
  const format = formatOf(file, bytes);
  const plan = readingOf(format, bytes, sampleBits);
  if (plan === null) throw decodeError({ file, format, bytes }, null);
  if ('reason' in plan) throw badImage(file, plan.reason);
  const header = await headerOf({ file, format, bytes }, plan.input, plan.options);
  const { width, height } = header.autoOrient;
  const memory = memoryOf(format, header);
  if (memory > memoryLimit) {
    const megapixels = Math.round((width * height) / 1e5) / 10;
    throw badImage(
      file,
      `is too large: ${width} × ${height} px (${megapixels} megapixels) take ${size(memory)} of memory, and the limit on this computer is ${size(memoryLimit)}`,
    );
  }
  // libpng would fill the missing rows first: 6 s of CPU time for a file of 2 KB whose header says 277 megapixels.
  if (format === 'PNG' && pngRawBytes(bytes) > LARGEST_RATIO * bytes.length) {
    throw badImage(file, `is truncated or damaged: its header says ${width} × ${height} px, more than its ${bytes.length} bytes can contain`);
  }
  if (header.depth !== 'uchar' && header.depth !== 'ushort') {
    throw badImage(file, 'contains measurements rather than a photograph (neither 8 nor 16 bits per channel); save it as an 8-bit PNG');
  }
  return {
    file,
    bytes,
    format,
    width,
    height,
    isReoriented: (header.orientation ?? 1) > 1,
    depth: header.depth,
    memory,
    reading: plan.forHeader(header),
  };
}
