import type { ComparedImage, Comparison } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { fileName } from '../../../shared/format.ts';
import type { EmbeddedType } from '../../compute/protocol/protocol.ts';
import { readIntact } from '../../foundation/files.ts';
import type { PagePorts } from './ports.ts';
import type { ImageFile, ImageFiles, ImageFileType, ReportWhatIf } from './types.ts';

/** A tile of the page is at most 64 mm wide on paper: 600 px are 240 per inch. */
const TILE_SIDE = 600; // px, longest side

/**
 * Photograph, factual and counterfactual map of both images at the size at which the page shows them, about 0.3 MB in all. The
 * overlays' legends are cut off: the page has its own. Draws missing overlays first.
 * Throws AppError 'not-found' if a file is missing, 'bad-image' if it is damaged.
 */
export async function pageImages(
  comparison: Comparison,
  mime: EmbeddedType,
  ports: Pick<PagePorts, 'drawOverlays' | 'compute'>,
): Promise<[ImageFiles, ImageFiles]> {
  await ports.drawOverlays(comparison.comparison);
  const { images } = comparison;
  for (const image of images) {
    await checkImageFile(image.photo, image.crc32?.photo, comparison.comparison, image);
    for (const path of [image.factual, image.counterfactual]) await checkImageFile(path, undefined, comparison.comparison, image); // drawn again from the checked map
  }
  const files = images.map(({ photo, factual, counterfactual }) => ({ photo, overlays: [factual, counterfactual] }));
  const shrunk = await ports.compute.ask('pageImages', { images: files, longest: TILE_SIDE, mime }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'bad-image') throw error;
    const path = String(error.details['file']);
    const image = images.find(({ photo, factual, counterfactual }) => [photo, factual, counterfactual].includes(path)) ?? images[0];
    throw damaged(path, comparison.comparison, image, error);
  });
  const [a, b] = shrunk.map((three): ImageFiles => {
    const [photo, factual, counterfactual] = three.map((bytes) => ({ bytes, mime }));
    return { photo: photo!, factual: factual!, counterfactual: counterfactual! };
  });
  return [a!, b!];
}

/** The saved what-if edits of a comparison with their pictures, at the size of the page. */
export async function pageWhatIfs(
  comparison: Comparison,
  mime: EmbeddedType,
  { whatIfs, editedPictures }: Pick<PagePorts, 'whatIfs' | 'editedPictures'>,
): Promise<ReportWhatIf[]> {
  const found: ReportWhatIf[] = [];
  for (const whatIf of whatIfs(comparison.comparison)) {
    const pictures = await editedPictures(comparison, whatIf.strokes, { longest: TILE_SIDE, mime }).catch((error: unknown) => {
      if (error instanceof AppError && ['not-found', 'bad-image'].includes(error.code)) return null;
      throw error;
    });
    found.push({ whatIf, pictures: pictures && (pictures.map((bytes) => ({ bytes, mime })) as [ImageFile, ImageFile]) });
  }
  return found;
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
