import { AppError, asAppError } from '../../../shared/errors.ts';
import type { EmbeddedType } from '../protocol/protocol.ts';
import { embeddedCopy } from '../images/images.ts';
import { overlayFrame } from './overlay-frame.ts';

interface Options {
  longest: number; // px, longest side
  mime: EmbeddedType;
}

/** Copies of a photograph and of its overlays without their legends. Throws AppError 'bad-image' with details.file. */
export async function pageImages({ photo, overlays }: { photo: string; overlays: readonly string[] }, options: Options): Promise<Uint8Array[]> {
  const first = await withFileInError(photo, () => embeddedCopy(photo, options));
  const frame = overlayFrame(first.width, first.height);
  const copies = await Promise.all(overlays.map((file) => withFileInError(file, () => embeddedCopy(file, { ...options, frame }))));
  return [first, ...copies].map(({ bytes }) => bytes);
}

async function withFileInError<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message, details } = asAppError(error);
    throw new AppError(code, message, { ...details, file }, error);
  }
}
