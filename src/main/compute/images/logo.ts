import sharp, { type Sharp } from 'sharp';
import { AppError } from '../../../shared/errors.ts';
import { logoSizeProblem } from '../../../shared/report.ts';
import { kindOf } from './image-kinds.ts';

/** px. A page shows a logo at most 50 mm wide and 16 mm high: 720 px are 365 per inch. */
const BOX = { width: 720, height: 230 };
const MAX_PIXELS = 50e6;
const SVG_DPI = 72; // at which librsvg draws 1 px as 1 px
const MAX_DPI = 100_000; // of sharp

/**
 * A logo as a PNG without metadata, at most BOX in size; transparency stays. SVG is drawn from its bytes, so it has no base address
 * and librsvg loads no other file; scripts never run. Throws AppError 'bad-image' with a sentence.
 */
export async function encodeLogo(bytes: Uint8Array): Promise<Buffer> {
  const problem = logoSizeProblem(bytes.length);
  if (problem !== null) throw new AppError('bad-image', problem);
  try {
    const image = await open(bytes);
    return await image
      .toColourspace('srgb')
      .resize(BOX.width, BOX.height, { fit: 'inside', withoutEnlargement: true })
      .png({ compressionLevel: 9 })
      .toBuffer();
  } catch (error) {
    throw error instanceof AppError ? error : logoError('is damaged or too large to be drawn: choose another file', error);
  }
}

async function open(bytes: Uint8Array): Promise<Sharp> {
  const kind = kindOf(bytes);
  const limits = { failOn: 'error', limitInputPixels: MAX_PIXELS } as const;
  if (kind.type === 'image' && ['PNG', 'JPEG', 'WebP'].includes(kind.format)) return sharp(bytes, limits).autoOrient();
  if (kind.type === 'unsupported-image' && kind.description === SVG) {
    const { width, height } = await sharp(bytes, limits).metadata();
    const scale = Math.min(BOX.width / width, BOX.height / height);
    return sharp(bytes, { ...limits, density: Math.max(1, Math.min(MAX_DPI, SVG_DPI * scale)) });
  }
  const found = kind.type === 'image' ? `a ${kind.format} image` : kind.description;
  throw logoError(`is ${found ?? 'not an image'}: choose a PNG, JPEG, WebP or SVG file`);
}

const SVG = 'an SVG drawing'; // the description that kindOf gives

const logoError = (reason: string, cause?: unknown): AppError => new AppError('bad-image', `The logo ${reason}.`, {}, cause);
