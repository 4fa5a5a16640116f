import { join } from 'node:path';
import type { Comparison } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { areRead, type ImageExamples, type PairExamples } from '../../../shared/examples.ts';
import type { ReportSection } from '../../../shared/report.ts';
import type { EmbeddedType } from '../../compute/protocol/protocol.ts';
import type { PagePorts } from './ports.ts';
import type { ImageFile, ReportExtras } from './types.ts';

/** A thumbnail of the page is at most 27 mm wide on paper. */
const THUMB_SIDE = 240; // px, longest side

/** What chosen sections show of a comparison beside its details. Computed anew, so it needs the network of the run. */
export async function pageExtras(
  comparison: Comparison,
  sections: readonly ReportSection[],
  mime: EmbeddedType,
  ports: Pick<PagePorts, 'examples' | 'compute' | 'datasets'>,
): Promise<ReportExtras> {
  return {
    ...(sections.includes('examples') && { examples: await orReason(() => examplesOf(comparison, mime, ports)) }),
  };
}

async function examplesOf(comparison: Comparison, mime: EmbeddedType, { examples, compute, datasets }: Parameters<typeof pageExtras>[3]) {
  const found = await examples.find(comparison.comparison, new AbortController().signal);
  if (!areRead(found)) return 'Not found yet: the labelled images are read when the report is written.';
  const { root } = datasets.get(found.dataset);
  const thumbsOf = async ({ nearest }: ImageExamples): Promise<(ImageFile | null)[]> =>
    Promise.all(nearest.map(({ file }) => thumbOf(join(root, ...file.split('/')), mime, compute)));
  return { found: found satisfies PairExamples, thumbs: [await thumbsOf(found.images[0]), await thumbsOf(found.images[1])] as const };
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
