import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ComparedImage } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { counterfactualFailure } from '../../../shared/faithfulness-words.ts';
import { contourShareOf, emptySentence, weakSentence } from '../../../shared/map-words.ts';
import { MAP_KINDS, type MapKind, signedToKinds } from '../../../shared/maps/kinds.ts';
import type { CellPlacement } from '../../../shared/maps/placement.ts';
import { fullColourOf, isWeakMap } from '../../../shared/maps/run-scale.ts';
import { readIntact, writeFileAtomically } from '../../foundation/files.ts';
import { parseNpy, writeNpy } from '../../foundation/npy.ts';
import { decodePhoto, encodeJpeg, inspect, type RgbImage } from '../images/images.ts';
import type { OverlaysRequest } from '../protocol/protocol.ts';
import { largestAbsolute } from '../../../shared/maps/field.ts';

/** The files of a comparison: for each image the photograph, the signed map, and both overlays once they are needed. */

const PHOTO_SIDE = 1024; // px, longest side of the stored photograph

interface SignedMap {
  folder: string; // of the comparison
  letter: 'a' | 'b';
  signed: Float32Array; // [height, width]
  width: number;
  height: number;
  placement: CellPlacement;
  sampleBits: number | null; // of the run
}

/** Writes photograph and signed map of one image. The overlays are named but not drawn. Throws as `inspect` and `writeFileAtomically`. */
export async function writePhotoAndMap(
  file: string,
  { folder, letter, signed, width: mapWidth, height: mapHeight, placement, sampleBits }: SignedMap,
): Promise<Omit<ComparedImage, 'className' | 'empty'>> {
  const { sha256, width, height } = await inspect(file);
  const path = (what: string): string => join(folder, `${letter}-${what}`);
  const photo = await encodeJpeg(await decodePhoto(file, PHOTO_SIDE, { sampleBits }));
  const map = writeNpy(signed, mapHeight, mapWidth);
  const image = {
    ...{ file, sha256, width, height, mapWidth, mapHeight, placement },
    crc32: { photo: crc32(photo), signed: crc32(map) },
    photo: path('photo.jpg'),
    factual: path('factual.png'),
    counterfactual: path('counterfactual.png'),
    signed: path('signed.npy'),
  };
  await writeFileAtomically(image.photo, photo);
  await writeFileAtomically(image.signed, map);
  return image;
}

/**
 * Draws the four overlays of a comparison from its stored maps. Throws AppError 'not-found' where a map, or both the image and the
 * stored photograph, are missing.
 */
export async function drawOverlays({ sampleBits, images, choice, ...comparison }: OverlaysRequest): Promise<null> {
  const { paintOverlay } = await import('./overlay.ts'); // on demand: it loads a font library of 0.4 MB
  const { value, scale: scaleOf } = fullColourOf(comparison, choice);
  await Promise.all(
    images.map(async (image, i) => {
      const { file, empty, mapWidth, mapHeight, placement } = image;
      const photo = await photoOf(image, sampleBits);
      const kinds = signedToKinds(await signedMapOf(image), comparison.verdict, comparison.target);
      const draw = async (kind: MapKind): Promise<void> => {
        const map = kinds[kind];
        const emptyText = empty !== null && !map.some((v) => v > 0) ? emptySentence(comparison, empty) : null;
        const strongest = largestAbsolute(map);
        const weakText = isWeakMap(strongest, comparison) ? weakSentence(comparison, kind, strongest) : null;
        const failureText = kind === 'counterfactual' ? counterfactualFailure({ ...comparison, images }, i === 0 ? 0 : 1) : null;
        const request = {
          photo,
          failureText,
          map,
          mapWidth,
          mapHeight,
          placement,
          scale: value,
          scaleOf,
          kind,
          target: comparison.target,
          emptyText,
          weakText,
        };
        await writeFileAtomically(image[kind], await paintOverlay({ ...request, title: basename(file) }, { contourShare: contourShareOf(images) }));
      };
      for (const kind of MAP_KINDS) await draw(kind);
    }),
  );
  return null;
}

async function signedMapOf({ signed, crc32: checksums }: Pick<ComparedImage, 'signed' | 'crc32'>): Promise<Float32Array> {
  const bytes = await readIntact(signed, checksums?.signed).catch((error: unknown) => {
    throw new AppError('not-found', `A map of this comparison is missing (${signed}). Compare the two images again.`, { file: signed }, error);
  });
  if (bytes !== null) return parseNpy(bytes).values;
  throw new AppError('bad-request', `A map of this comparison is damaged (${signed}). Compare the two images again.`, { file: signed });
}

/** Decoded from the image itself if it is unchanged, else from the stored JPEG, which is lossy. */
const photoOf = ({ file, sha256, photo }: Pick<ComparedImage, 'file' | 'sha256' | 'photo'>, sampleBits: number | null): Promise<RgbImage> =>
  decodePhoto(file, PHOTO_SIDE, { sha256, sampleBits }).catch(() => decodePhoto(photo, PHOTO_SIDE));
