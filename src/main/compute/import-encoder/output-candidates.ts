import type { OutputCandidate } from '../../../shared/encoder-inspection.ts';
import type { TensorLayout } from '../../../shared/encoder-forms.ts';
import type { OnnxFile } from '../../nn/engines/imported/onnx-file.ts';
import type { InferredValue } from '../../nn/engines/imported/infer-shapes.ts';

const MOST_LISTED = 200; // declared outputs, and values inside the graph
const FEW_CHANNELS = 4; // a map with fewer is a picture or a heat map rather than features
const MOST_PREFIX = 8; // tokens before the patches where the patch size is unknown: class, distillation, up to four registers

export interface BatchShape {
  batch: number;
  size: number; // px
  layout: TensorLayout; // of images
  patch: number | null; // px
}

type Form = Omit<OutputCandidate, 'name' | 'declared'>;

/** How a value of this shape can be read as features; null if it can't. */
export function formOf(shape: readonly number[], { batch, size, layout, patch }: BatchShape): Form | null {
  const [n, a = 0, b = 0, c = 0] = shape;
  if (n !== batch || shape.some((dim) => dim < 1)) return null;
  const vector: Form = { kind: 'pooled', layout: 'NCHW', prefixTokens: 0, channels: a, height: 1, width: 1 };
  if (shape.length === 2) return vector;
  if (shape.length === 3) {
    const prefixTokens = prefixOf(a, patch === null ? null : size / patch);
    if (prefixTokens === null) return null;
    const side = Math.sqrt(a - prefixTokens);
    return { kind: 'tokens', layout: 'NCHW', prefixTokens, channels: b, height: side, width: side };
  }
  if (shape.length !== 4) return null;
  if (b === 1 && c === 1) return vector;
  const isChannelsLast = a === b && (b !== c || layout === 'NHWC');
  return isChannelsLast
    ? { kind: 'map', layout: 'NHWC', prefixTokens: 0, channels: c, height: a, width: b }
    : { kind: 'map', layout: 'NCHW', prefixTokens: 0, channels: a, height: b, width: c };
}

const LEAST_SIDE = 3; // patches along a side where the patch size is unknown: any few tokens form a square with some left over

/** How many of these tokens precede a square of patches; null if none fits. `side`: patches along a side of the image, if known. */
function prefixOf(tokens: number, side: number | null): number | null {
  const known = side === null ? NaN : tokens - side * side;
  if (known >= 0 && known <= 64) return known;
  for (let prefix = 0; prefix <= MOST_PREFIX && tokens - prefix >= LEAST_SIDE ** 2; prefix++)
    if (Number.isInteger(Math.sqrt(tokens - prefix))) return prefix;
  return null;
}

/** Values that can be features: declared outputs, then those inside, the last computed first. */
export function outputCandidates({ outputs }: Pick<OnnxFile, 'outputs'>, values: readonly InferredValue[], shape: BatchShape): OutputCandidate[] {
  const declared = new Set(outputs.map(({ name }) => name));
  const candidates = values.flatMap(({ name, type, shape: dims }): OutputCandidate[] => {
    const form = type === 'float32' || type === 'float16' ? formOf(dims, shape) : null;
    return form ? [{ name, ...form, declared: declared.has(name) }] : [];
  });
  const tokenCounts = new Set(
    candidates.flatMap(({ kind, prefixTokens, height, width }) => (kind === 'tokens' ? prefixTokens + height * width : [])),
  );
  const inner = candidates.filter(
    (candidate) =>
      !candidate.declared &&
      isSpatial(candidate) &&
      candidate.channels >= FEW_CHANNELS &&
      !(isMap(candidate) && axesOf(candidate).some((axis) => tokenCounts.has(axis))),
  );
  const named = outputs.flatMap(({ name }) => candidates.find((candidate) => candidate.name === name) ?? []);
  return [...named.slice(0, MOST_LISTED), ...inner.toReversed().slice(0, MOST_LISTED)];
}

/** Four axes inside a transformer, of which one counts tokens, are attention: tokens and heads, or tokens and tokens, and no positions of an image. */
const isMap = ({ kind }: Pick<OutputCandidate, 'kind'>): boolean => kind === 'map';
const axesOf = ({ channels, height, width }: OutputCandidate): number[] => [channels, height, width];

const isSpatial = ({ height, width }: Pick<OutputCandidate, 'height' | 'width'>): boolean => height * width > 1;

/**
 * The output to propose: a declared map or tokens, since these can be explained exactly; else the last of the coarsest maps inside, which
 * is what a classifier pools; else a declared vector, where the name of one for comparing comes first. Null without any.
 */
export function proposedOutput(candidates: readonly OutputCandidate[]): OutputCandidate | null {
  const declared = candidates.filter((candidate) => candidate.declared);
  const spatial = declared.find((candidate) => isSpatial(candidate) && candidate.channels >= FEW_CHANNELS);
  if (spatial) return spatial;
  const inner = candidates.filter((candidate) => !candidate.declared);
  const coarsest = Math.min(...inner.map(({ height, width }) => height * width));
  const last = inner.find(({ height, width }) => height * width === coarsest);
  if (last) return last;
  return declared.find(({ name }) => /embed|pool/i.test(name)) ?? declared[0] ?? null;
}
