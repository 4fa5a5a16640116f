import { PREPROCESSING_PRESETS, presetOf, type TensorLayout } from './encoder-forms.ts';
import type { EncoderDraft, EncoderInspection, OutputCandidate } from './encoder-inspection.ts';
import { bytesText, countNoun, countText, settingText } from './format.ts';
import type { ImportedEncoder, RunEncoder } from './imported-encoder.ts';
import type { Preprocessing } from './run.ts';

const LAYOUTS: Record<TensorLayout, string> = { NCHW: 'channels first', NHWC: 'channels last' };

/** "map 512 × 7 × 7", "tokens 384 × 16 × 16 after 1 other", "vector of 512" */
export function outputText({ kind, channels, height, width, prefixTokens }: OutputCandidate): string {
  if (kind === 'pooled') return `vector of ${countText(channels)}`;
  const shape = `${countText(channels)} × ${height} × ${width}`;
  return kind === 'map' ? `map ${shape}` : `tokens ${shape}${prefixTokens > 0 ? ` after ${countNoun(prefixTokens, 'other')}` : ''}`;
}

/** "ImageNet: most classifiers, DINO", or the numbers. */
export function preprocessingText(preprocessing: Preprocessing): string {
  const preset = presetOf(preprocessing);
  return preset === null ? scalingText(preprocessing) : PREPROCESSING_PRESETS[preset].words;
}

/** "mean 0.5, 0.5, 0.5; standard deviation 0.5, 0.5, 0.5" */
const scalingText = ({ mean, std }: Preprocessing): string =>
  `mean ${mean.map(settingText).join(', ')}; standard deviation ${std.map(settingText).join(', ')}`;

/** How a pair is explained with an encoder's features. */
export const explanationText = ({ output: { kind } }: Pick<ImportedEncoder, 'output'>): string =>
  kind === 'pooled'
    ? 'Its features have no positions: pairs are explained by covering parts of the images, which takes longer.'
    : 'Pairs are explained exactly, by the gradient of the distance to its map.';

function sideText({ input: { size, multiple }, defaultSize }: EncoderDraft): string {
  if (size !== null) return `${size} px only`;
  return multiple > 1 ? `any multiple of ${multiple} px; ${defaultSize} px by default` : `any; ${defaultSize} px by default`;
}

/** What a person must know of an encoder before it is added, as terms with their values. */
function draftFacts(encoder: EncoderDraft): [term: string, value: string][] {
  const { input, output, channels, preprocessing, batch, licence, resampling } = encoder;
  const features =
    output.kind === 'pooled'
      ? `vector of ${countText(channels)}`
      : `${output.kind === 'map' ? 'map' : 'tokens'} with ${countNoun(channels, 'channel')}`;
  const skipped = output.prefixTokens > 0 ? `, without the ${countNoun(output.prefixTokens, 'token')} before the patches` : '';
  return [
    ['Images', `${input.name}: ${input.type}, ${LAYOUTS[input.layout]}`],
    ['Side of images', sideText(encoder)],
    ['Pixels', preprocessingText(preprocessing)],
    ...(resampling === null ? [] : [['Made with resampling', resampling] as [string, string]]),
    ['Features', `${output.name}: ${features}${skipped}`],
    ['Explanation', explanationText(encoder)],
    ...(batch === 'one' ? [['Batch', 'one image at a time'] as [string, string]] : []),
    ['Licence', licence ?? 'not stated'],
  ];
}

const MOST_OUTPUTS = 12;

/** An inspection as lines of text. */
export function inspectionLines({
  path,
  others,
  bytes,
  made,
  inputs,
  outputs,
  draft,
  preprocessingFrom,
  problems,
  notes,
}: Omit<EncoderInspection, 'picture'>): string[] {
  return [
    `${path}: ${bytesText(bytes)}${made ? `, ${made}` : ''}`,
    ...(others.length > 0 ? [`Other models beside it: ${others.join(', ')}`] : []),
    ...inputs.map((input) => `Input ${input}`),
    ...outputs.slice(0, MOST_OUTPUTS).map((output) => `${output.declared ? 'Output' : 'Inside'} ${output.name}: ${outputText(output)}`),
    ...(outputs.length > MOST_OUTPUTS ? [`and ${countText(outputs.length - MOST_OUTPUTS)} more values inside`] : []),
    ...(draft ? encoderLines(draft) : []),
    ...(preprocessingFrom ? [`Pixels as stated by: ${preprocessingFrom}`] : []),
    ...notes.map((note) => `Note: ${note}`),
    ...problems.map((problem) => `Problem: ${problem}`),
  ];
}

export const encoderLines = (encoder: EncoderDraft): string[] => draftFacts(encoder).map(([term, value]) => `${term}: ${value}`);

/** What a run records of its imported encoder, for its details and the report. Its source, licence and SHA-256 are those of the weights. */
export function encoderFacts(encoder: RunEncoder): { name: string; value: string }[] {
  const { title, input, output, preprocessing, resampling, licence, sha256 } = encoder;
  const side = input.size === null ? '' : `, ${countText(input.size)} px`;
  return [
    { name: 'Encoder', value: title },
    { name: 'Features', value: `${output.name}: ${featuresText(encoder)}` },
    { name: 'Input of the encoder', value: `${input.name}, ${input.layout}, ${input.type}${side}` },
    { name: 'Pixel scaling', value: scalingText(preprocessing) },
    ...(resampling === null ? [] : [{ name: 'Resizing that its files state', value: resampling }]),
    { name: 'Licence of the encoder', value: licence ?? 'not stated' },
    { name: 'SHA-256 of the encoder', value: sha256 },
  ];
}

function featuresText({ output, channels, height, width }: RunEncoder): string {
  switch (output.kind) {
    case 'pooled':
      return `one vector of ${countText(channels)} numbers an image`;
    case 'tokens':
      return `${height} × ${width} tokens of ${countText(channels)} numbers${output.prefixTokens === 0 ? '' : `, without ${countNoun(output.prefixTokens, 'token')} before them`}`;
    case 'map':
      return `a map of ${height} × ${width} cells with ${countText(channels)} channels`;
    default:
      return output.kind satisfies never;
  }
}
