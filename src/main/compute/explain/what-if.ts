import { LRUCache } from 'lru-cache';
import type { PixelSource, Stroke } from '../../../shared/what-if.ts';
import { AppError } from '../../../shared/errors.ts';
import { BLUR_SIGMA } from '../../../shared/faithfulness.ts';
import { fileName } from '../../../shared/format.ts';
import { pairDistance } from '../../domain/evaluate/distances.ts';
import { blur } from '../../domain/faithfulness/blur.ts';
import { inpaint } from '../../domain/faithfulness/inpaint.ts';
import { meanColour } from '../../domain/faithfulness/mean-colour.ts';
import { applyEdit, editedShare, type EditedImage, fillWeights, type FillWeights } from '../../domain/what-if/apply-edit.ts';
import { drawLayer } from '../../domain/what-if/draw-layer.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { normaliseInto } from '../images/batches.ts';
import { decodePhoto, encodeAs, encodeRgba } from '../images/images.ts';
import type { CallContext, EditedPicturesRequest, ModelRef, WhatIfImage, WhatIfDistances, WhatIfRequest } from '../protocol/protocol.ts';
import { useEmbedder } from './embedder.ts';
import { decodeFor, isUnreadable } from './pixels.ts';

/** An image as the network reads it, with the replacements that were needed so far. */
interface Source {
  pixels: Uint8Array; // [S, S, 3]
  from: PixelSource;
  key: string; // identifies the pixels
  fills: Partial<Record<'blur' | 'mean', Uint8Array>>;
}

// A stroke changes one image of a pair that is on the screen, so everything else comes from these caches.
const sources = new LRUCache<string, Source>({ max: 6 });
const earlierWeights = new LRUCache<string, FillWeights>({ max: 4 });
const embeddings = new LRUCache<string, Float32Array>({ max: 256 });

/**
 * The network's distance of a pair before and after an edit. One forward pass for each image that changed since the last calls. Throws
 * AppError 'bad-image' or 'not-found' if an image has neither its file nor its stored copy, and 'cancelled'.
 */
export async function whatIf(request: WhatIfRequest, { signal }: CallContext<'whatIf'>): Promise<WhatIfDistances> {
  const { model, modelSha256, images, strokes, withLayers } = request;
  const { size } = model.config;
  const pair = await Promise.all(images.map((image) => sourceOf(model, image)));
  const at = async (i: 0 | 1) => {
    const own = strokes.filter(({ image }) => image === i);
    const edited = editOf(own, pair[i]!, pair[1 - i]!, size);
    const layer = withLayers && own.length > 0 ? await encodeRgba({ data: edited.layer, width: size, height: size }) : null;
    return { ...edited, layer, key: own.length === 0 ? '' : JSON.stringify(own) };
  };
  const edits = [await at(0), await at(1)];
  throwIfCancelled(signal);
  const network = JSON.stringify([model.folder, modelSha256, model.config.engine, model.config.device]);
  const embed = async (i: 0 | 1, pixels: Uint8Array, edit: string): Promise<Float32Array> => {
    const keys = [pair[i]!.key, ...(edit === '' ? [] : [pair[1 - i]!.key])]; // an edit may take pixels of the other image
    const key = JSON.stringify([network, keys, edit]);
    const cached = embeddings.get(key);
    if (cached) return cached;
    const [embedding] = await useEmbedder(model, modelSha256, 1, (embedder) =>
      embedder.embed([(into) => normaliseInto(into, 0, pixels, model.config.preprocessing)]),
    );
    embeddings.set(key, embedding!);
    return embedding!;
  };
  const distanceOf = async (pixels: (i: 0 | 1) => Uint8Array, edit: (i: 0 | 1) => string): Promise<number> =>
    pairDistance(await embed(0, pixels(0), edit(0)), await embed(1, pixels(1), edit(1)));
  return {
    before: await distanceOf((i) => pair[i]!.pixels, () => ''), // prettier-ignore
    after: await distanceOf((i) => edits[i]!.pixels, (i) => edits[i]!.key), // prettier-ignore
    edited: [edits[0]!.share, edits[1]!.share],
    sources: [pair[0]!.from, pair[1]!.from],
    layers: [edits[0]!.layer, edits[1]!.layer],
  };
}

/** Each photograph with its edited parts as the network reads them, for a page: longest side at most `longest` px. Throws as whatIf. */
export async function editedPictures({ model, images, strokes, longest, mime }: EditedPicturesRequest): Promise<[Uint8Array, Uint8Array]> {
  const { size, sampleBits } = model.config;
  const pair = await Promise.all(images.map((image) => sourceOf(model, image)));
  const pictureOf = async (i: 0 | 1): Promise<Uint8Array> => {
    const { file, sha256, photo } = images[i];
    const whole =
      pair[i]!.from === 'file'
        ? await decodePhoto(file, longest, { sampleBits, ...(sha256 === null ? {} : { sha256 }) })
        : await decodePhoto(photo, longest);
    const own = strokes.filter(({ image }) => image === i);
    const { layer } = editOf(own, pair[i]!, pair[1 - i]!, size);
    return encodeAs(own.length === 0 ? whole : { ...whole, data: drawLayer(whole, layer, size) }, mime);
  };
  return [await pictureOf(0), await pictureOf(1)];
}

/** The weights of all strokes but the last are cached: while one is drawn, only that one is rasterised again. */
function weightsOf(strokes: readonly Stroke[], size: number): FillWeights {
  const earlier = strokes.slice(0, -1);
  const key = JSON.stringify([size, earlier]);
  let before = earlierWeights.get(key);
  if (!before) earlierWeights.set(key, (before = fillWeights(earlier, size)));
  return fillWeights(strokes.slice(-1), size, before);
}

function editOf(strokes: readonly Stroke[], own: Source, other: Source, size: number): EditedImage & { share: number } {
  const weights = weightsOf(strokes, size);
  const edited = applyEdit(own.pixels, weights, (name) => {
    switch (name) {
      case 'blur':
        return (own.fills.blur ??= blur(own.pixels, size, size, BLUR_SIGMA * size));
      case 'mean':
        return (own.fills.mean ??= meanColour(own.pixels));
      case 'inpaint':
        return inpaint(own.pixels, weights.get(name)!, size);
      case 'other':
        return other.pixels;
      default:
        return name satisfies never;
    }
  });
  return { ...edited, share: editedShare(weights, size) };
}

/** The image's file, else its stored copy. A copy is not cached: the file may be back at the next call. */
async function sourceOf(model: ModelRef, image: WhatIfImage): Promise<Source> {
  const { size, resampling, sampleBits } = model.config;
  const key = JSON.stringify([image.sha256 ?? image.file, size, resampling, sampleBits]);
  const cached = sources.get(key);
  if (cached) return cached;
  const { pixels, from } = await decodeEither(model, image);
  const source: Source = { pixels, from, key: from === 'file' ? key : JSON.stringify([image.photo, size]), fills: {} };
  if (from === 'file') sources.set(key, source);
  return source;
}

async function decodeEither(model: ModelRef, { file, sha256, photo }: WhatIfImage): Promise<Pick<Source, 'pixels' | 'from'>> {
  try {
    return { pixels: await decodeFor(model, file, sha256), from: 'file' };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    try {
      return { pixels: await decodeFor(model, photo, null), from: 'copy' };
    } catch (copyError) {
      if (!isUnreadable(copyError)) throw copyError;
      const message = `${fileName(file)} is missing or has changed, and so is the copy that was stored with the comparison. Put the file back, or compare the two images again.`;
      throw new AppError(error.code, message, { file, photo }, error);
    }
  }
}
