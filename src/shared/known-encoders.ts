import { type BackboneName, isFitted, NETWORKS } from './backbones.ts';
import type { TrainRequest } from './contract.ts';
import type { EncoderChoice, KnownEncoder } from './encoder-comparison.ts';
import { encoderIdOf, encoderSource, parseEncoderName } from './encoder-name.ts';
import { AppError } from './errors.ts';
import type { ShelfModel } from './shelf.ts';

/** Every encoder that can be compared: those that are fitted to the images, and those on the shelf. */
export const knownEncoders = (shelf: readonly ShelfModel[]): KnownEncoder[] => [
  ...NETWORKS.filter(isFitted).map((encoder) => ({ encoder, weights: null, here: true, bytes: 0 })),
  ...shelf.flatMap(encoderOnShelf),
];

/** None for a network that is trained from random weights. */
function encoderOnShelf({ id, source, backbone, state, bytes }: ShelfModel): KnownEncoder[] {
  const here = state === 'here';
  if (source === 'onnx') return [{ encoder: encoderSource(encoderIdOf(id)), weights: null, here, bytes }];
  return source === 'none' ? [] : [{ encoder: backbone, weights: id, here, bytes }];
}

const NO_WEIGHTS = 'none';

/**
 * Reads a choice as typed: `NAME`, with the known weights, those on this computer first; `NAME=WEIGHTS`, a file or an id of the catalogue; or
 * `NAME=none` for random initial weights. Throws AppError 'bad-request' for an unknown encoder or one whose weights must be named.
 */
export function parseEncoderChoice(text: string, known: readonly KnownEncoder[]): EncoderChoice {
  const at = text.indexOf('=');
  const encoder = (at < 0 ? text : text.slice(0, at)).trim();
  const name = parseEncoderName(encoder);
  if (at >= 0) {
    const weights = text.slice(at + 1).trim();
    if (weights === '') throw new AppError('bad-request', `After ${encoder}= comes a weights file, an id of the catalogue, or none.`, { encoder });
    return { encoder, weights: weights === NO_WEIGHTS ? null : weights };
  }
  const own = known.find((one) => one.encoder === encoder);
  if (own && needsNoWeights(encoder)) return { encoder, weights: null };
  const ofBackbone = known.filter((one) => one.encoder === name.backbone && one.weights !== null);
  const found = ofBackbone.find(({ here }) => here) ?? ofBackbone[0];
  if (found) return { encoder, weights: found.weights };
  if (needsNoWeights(encoder)) return { encoder, weights: null };
  throw new AppError(
    'bad-request',
    `No weights of ${encoder} are known: name a file, as in ${encoder}=FILE, or ${encoder}=${NO_WEIGHTS} for random weights.`,
    { encoder },
  );
}

/** Whether an encoder is made without weights: it is fitted to the images, imported with its file, or small enough to be trained from scratch. */
export function needsNoWeights(encoder: string): boolean {
  const { backbone } = parseEncoderName(encoder);
  return backbone === 'patches' || backbone === 'imported' || backbone === 'compact';
}

/** Whether the backbone of a choice has random weights, so that its figures are those of a random network. */
export const isRandom = ({ encoder, weights }: EncoderChoice): boolean => weights === null && !/^(patches|(patches\+)?onnx:.*)$/.test(encoder);

/** The options of a training with this encoder: TrainRequest's names. Random weights are trained in all layers. */
export function trainingChoices(choice: EncoderChoice): Pick<TrainRequest, 'backbone' | 'beside' | 'weights' | 'scope'> {
  const { backbone, beside, imported } = parseEncoderName(choice.encoder);
  const weights = imported === null ? choice.weights : encoderSource(imported);
  return {
    backbone: backbone as BackboneName,
    ...(beside !== null && { beside }),
    ...(weights !== null && { weights }),
    scope: isRandom(choice) ? 'all' : 'head',
  };
}
