import { join } from 'node:path';
import type { Comparison } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { hasExamples, type ImageExamples, type PairExamples } from '../../../shared/examples.ts';
import { flipPictures } from '../../../shared/flip.ts';
import { noMatchesSentence } from '../../../shared/match-words.ts';
import { hasMatches } from '../../../shared/matches.ts';
import type { ReportSection } from '../../../shared/report.ts';
import type { EmbeddedType } from '../../compute/protocol/protocol.ts';
import type { PagePorts } from './ports.ts';
import type { FlipImage, ImageFile, ReportExtras } from './types.ts';

/** The pictures of a flip test are 30 mm wide on paper: 300 px are 250 per inch. */
const FLIP_SIDE = 300; // px, longest side

/** Each image of the figure with lines is at most 85 mm wide on paper. */
const FIGURE_SIDE = 600; // px, longest side

/** A thumbnail of the page is at most 27 mm wide on paper. */
const THUMB_SIDE = 240; // px, longest side

/**
 * What chosen sections show of a comparison beside its details. Examples are computed anew, so they need the network of the run; the pictures
 * of a flip test are drawn only if they are missing.
 */
export async function pageExtras(
  comparison: Comparison,
  sections: readonly ReportSection[],
  mime: EmbeddedType,
  ports: Pick<PagePorts, 'examples' | 'matches' | 'compute' | 'datasets' | 'drawFlip' | 'comparisonFolder'>,
): Promise<ReportExtras> {
  return {
    ...(sections.includes('matches') && { matches: await orReason(() => matchesOf(comparison, mime, ports)) }),
    ...(sections.includes('examples') && { examples: await orReason(() => examplesOf(comparison, mime, ports)) }),
    ...(sections.includes('details') && comparison.flip && { flip: await orReason(() => flipImages(comparison, mime, ports)) }),
  };
}

async function matchesOf(comparison: Comparison, mime: EmbeddedType, { matches, compute }: Pick<PagePorts, 'matches' | 'compute'>) {
  const found = await matches(comparison.comparison);
  if (!hasMatches(found)) return noMatchesSentence(found)!;
  const images = comparison.images.map(({ photo }) => ({ photo, overlays: [] }));
  const copies = await compute.ask('pageImages', { images, longest: FIGURE_SIDE, mime });
  return { found, photos: copies.map(([bytes]): ImageFile => ({ bytes: bytes!, mime })) as [ImageFile, ImageFile] };
}

async function examplesOf(comparison: Comparison, mime: EmbeddedType, { examples, compute, datasets }: Parameters<typeof pageExtras>[3]) {
  const found = await examples.find(comparison.comparison, new AbortController().signal);
  if (!hasExamples(found)) return 'Not found yet: the labelled images are read when the report is written.';
  const { root } = datasets.get(found.dataset);
  const thumbsOf = async ({ nearest }: ImageExamples): Promise<(ImageFile | null)[]> =>
    Promise.all(nearest.map(({ file }) => thumbOf(join(root, ...file.split('/')), mime, compute)));
  return { found: found satisfies PairExamples, thumbs: [await thumbsOf(found.images[0]), await thumbsOf(found.images[1])] as const };
}

/** The pictures of a comparison's flip test as the page shows them. Draws missing ones first. */
async function flipImages(
  { comparison, flip }: Pick<Comparison, 'comparison' | 'flip'>,
  mime: EmbeddedType,
  { drawFlip, comparisonFolder, compute }: Parameters<typeof pageExtras>[3],
): Promise<FlipImage[]> {
  const pictures = flip ? flipPictures(flip) : [];
  if (pictures.length === 0) return [];
  await drawFlip(comparison);
  const files = pictures.map(({ name }) => ({ photo: join(comparisonFolder(comparison), name), overlays: [] }));
  const copies = await compute.ask('pageImages', { images: files, longest: FLIP_SIDE, mime });
  return pictures.map(({ mode, part, letter, share }, i) => ({ mode, part, letter, share, image: { bytes: copies[i]![0]!, mime } }));
}

/** Null for a file that is missing or can't be read. */
async function thumbOf(photo: string, mime: EmbeddedType, compute: PagePorts['compute']): Promise<ImageFile | null> {
  try {
    const [[bytes]] = (await compute.ask('pageImages', { images: [{ photo, overlays: [] }], longest: THUMB_SIDE, mime })) as [[Uint8Array]];
    return { bytes, mime };
  } catch (error) {
    if (error instanceof AppError && ['not-found', 'bad-image'].includes(error.code)) return null;
    throw error;
  }
}

/** The reason in words where the network or an image is missing or has changed: the rest of the report does not need it. */
async function orReason<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && ['not-found', 'bad-request', 'bad-image'].includes(error.code)) return error.message;
    throw error;
  }
}
