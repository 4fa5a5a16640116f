import type { ComparedImage, Comparison } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { fileName } from '../../../shared/format.ts';
import { readIntact } from '../../foundation/files.ts';
import type { PagePorts } from './ports.ts';
import { type ImageFiles, type ImageFileType, WEBP } from './types.ts';

/** A tile of the page is at most 64 mm wide on paper: 600 px are 240 per inch. */
const TILE_SIDE = 600; // px, longest side

/**
 * Photograph, factual and counterfactual map of both images at the size at which the page shows them, about 0.3 MB in all.
 * Draws missing overlays first. Throws AppError 'not-found' if a file is missing, 'bad-image' if it is damaged.
 */
export async function pageImages(comparison: Comparison, ports: Pick<PagePorts, 'drawOverlays' | 'compute'>): Promise<[ImageFiles, ImageFiles]> {
  await ports.drawOverlays(comparison.comparison);
  const files = comparison.images.flatMap((image) => [
    { path: image.photo, checksum: image.crc32?.photo, image },
    ...[image.factual, image.counterfactual].map((path) => ({ path, checksum: undefined, image })), // drawn again from the checked map
  ]);
  for (const { path, checksum, image } of files) await checkImageFile(path, checksum, comparison.comparison, image);
  const images = await ports.compute.ask('shrinkImages', { files: files.map(({ path }) => path), longest: TILE_SIDE }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'bad-image') throw error;
    const { path, image } = files.find((file) => file.path === error.details['file']) ?? files[0]!;
    throw damaged(path, comparison.comparison, image, error);
  });
  const [a, b] = [images.slice(0, 3), images.slice(3)].map((three): ImageFiles => {
    const [photo, factual, counterfactual] = three.map((bytes) => ({ bytes: Buffer.from(bytes), mime: WEBP }));
    return { photo: photo!, factual: factual!, counterfactual: counterfactual! };
  });
  return [a!, b!];
}

async function checkImageFile(path: string, checksum: number | undefined, comparison: string, image: ComparedImage): Promise<void> {
  const bytes = await readIntact(path, checksum).catch((error: unknown) => {
    throw new AppError(
      'not-found',
      `An image file of comparison ${comparison}, of ${fileName(image.file)}, is missing (${path}). Compare the two images again.`,
      { comparison, file: path },
      error,
    );
  });
  if (bytes === null || imageFileType(bytes) === null) throw damaged(path, comparison, image);
}

const damaged = (path: string, comparison: string, image: ComparedImage, cause?: unknown): AppError =>
  new AppError(
    'bad-image',
    `An image file of comparison ${comparison}, of ${fileName(image.file)}, is damaged (${path}). Compare the two images again.`,
    { comparison, file: path },
    cause,
  );

/** The file type by its first bytes, because the name may be wrong; null for other types. */
export function imageFileType(bytes: Buffer): ImageFileType | null {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return null;
}
