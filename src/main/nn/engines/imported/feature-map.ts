import { AppError } from '../../../../shared/errors.ts';
import type { EncodedShape, ImportedEncoder } from '../../../../shared/imported-encoder.ts';

/**
 * The shape of an output's features [N, C, h, w]: a vector is a map of one cell, tokens without the prefix form a square. Throws
 * AppError 'bad-weights' where `dims` do not fit the kind of output.
 */
export function mapShapeOf(dims: readonly number[], { name, kind, layout, prefixTokens }: ImportedEncoder['output']): EncodedShape {
  const refuse = (why: string): AppError =>
    new AppError('bad-weights', `The output ${name} has the shape ${dims.join(' × ')}: ${why}. Choose another output.`, { output: name });
  if (kind === 'pooled') {
    const isVector = dims.length >= 2 && dims.slice(2).every((dim) => dim === 1);
    if (!isVector) throw refuse('it is not one vector for each image');
    return { channels: dims[1]!, height: 1, width: 1 };
  }
  if (kind === 'tokens') {
    const side = dims.length === 3 ? Math.sqrt(dims[1]! - prefixTokens) : NaN;
    if (!Number.isInteger(side) || side < 1) throw refuse(`without ${prefixTokens} tokens before them its tokens form no square`);
    return { channels: dims[2]!, height: side, width: side };
  }
  if (dims.length !== 4) throw refuse('it is not a map with channels, height and width');
  const [, a, b, c] = dims as [number, number, number, number];
  return layout === 'NCHW' ? { channels: a, height: b, width: c } : { channels: c, height: a, width: b };
}

/** An output's values as [N, C, h, w]. */
export function toChannelsFirst(
  values: Float32Array,
  { channels, height, width }: EncodedShape,
  { kind, layout, prefixTokens }: ImportedEncoder['output'],
): Float32Array {
  if (kind === 'pooled' || (kind === 'map' && layout === 'NCHW')) return values;
  const cells = height * width;
  const prefix = kind === 'tokens' ? prefixTokens : 0;
  const images = values.length / ((prefix + cells) * channels);
  const out = new Float32Array(images * channels * cells);
  for (let n = 0, to = 0; n < images; n++) {
    const from = (n * (prefix + cells) + prefix) * channels;
    for (let c = 0; c < channels; c++) for (let cell = 0; cell < cells; cell++) out[to++] = values[from + cell * channels + c]!;
  }
  return out;
}

/** Images [N, 3, H, W] as [N, H, W, 3]. */
export function toChannelsLast(images: Float32Array, area: number): Float32Array {
  const out = new Float32Array(images.length);
  for (let start = 0; start < images.length; start += 3 * area) {
    for (let i = 0, to = start; i < area; i++) for (let c = 0; c < 3; c++) out[to++] = images[start + c * area + i]!;
  }
  return out;
}
