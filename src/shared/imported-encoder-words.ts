import { countNoun, countText, settingText } from './format.ts';
import type { RunEncoder } from './imported-encoder.ts';

/** What a run records of its imported encoder, for its details and the report. Its source, licence and SHA-256 are those of the weights. */
export function encoderFacts(encoder: RunEncoder): { name: string; value: string }[] {
  const { title, input, output, preprocessing, resampling, licence, sha256 } = encoder;
  const side = input.size === null ? '' : `, ${countText(input.size)} px`;
  const { mean, std } = preprocessing;
  return [
    { name: 'Encoder', value: title },
    { name: 'Features', value: `${output.name}: ${featuresText(encoder)}` },
    { name: 'Input of the encoder', value: `${input.name}, ${input.layout}, ${input.type}${side}` },
    { name: 'Scaling of pixels', value: `mean ${mean.map(settingText).join(', ')}; standard deviation ${std.map(settingText).join(', ')}` },
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
