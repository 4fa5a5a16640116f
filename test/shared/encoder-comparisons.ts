import type { BehindBest, ComparedEncoder, EncoderComparison, EncoderFigures } from '../../src/shared/encoder-comparison.ts';
import { SAME_CLASS } from '../../src/shared/pair-relation.ts';
import type { Interval } from '../../src/shared/run.ts';

/** `behind`: the difference in AUC to the best, its interval and its adjusted p; missing: the best. */
export const figuresWith = (auc: number, behind?: [value: number, interval: Interval, holm: number]): EncoderFigures => ({
  auc: { value: auc, interval: [auc - 0.03, auc + 0.02] },
  eer: { value: 1 - auc, interval: [0.05, 0.3] },
  recall1: { value: 0.8, interval: [0.7, 0.9] },
  behind: behind ? behindBy(...behind) : null,
});

const behindBy = (value: number, interval: Interval, holm: number): BehindBest => {
  const none = { value: 0, interval: [-0.1, 0.1] as Interval };
  return { auc: { value, interval }, resampled: interval, p: holm / 2, holm, eer: none, recall1: none };
};

export const someEncoder = (encoder: string, figures: ComparedEncoder['figures'], more: Partial<ComparedEncoder> = {}): ComparedEncoder => ({
  encoder,
  weights: `${encoder}_weights`,
  weightsSha256: 'abc',
  size: 224,
  licence: 'Apache-2.0',
  bytes: 88e6,
  channels: 384,
  time: { ms: 21.4, images: 256, again: false },
  figures,
  problem: null,
  ...more,
});

/** dinov2_vits14 is better than mobilenet_v2, and resnet18 is not proven to be worse. */
export const someEncoderComparison: EncoderComparison = {
  comparison: 'b1',
  dataset: 'flowers',
  snapshot: 's',
  relation: SAME_CLASS,
  pairSet: 'p',
  pairs: { same: 552, different: 552 },
  over: 'images',
  units: 48,
  images: { train: 224, valid: 48 },
  engine: 'onnx',
  device: 'cpu',
  encoders: [
    someEncoder('mobilenet_v2', { plain: figuresWith(0.8, [0.112, [0.05, 0.17], 0.001]), probe: figuresWith(0.881, [0.031, [0.012, 0.049], 0.004]) }),
    someEncoder('dinov2_vits14', { plain: figuresWith(0.9, [0.012, [0.001, 0.02], 0.09]), probe: figuresWith(0.912) }),
    someEncoder(
      'resnet34',
      { plain: null, probe: null },
      { weights: '/w/resnet34.safetensors', problem: 'Weights file not found.', time: null, size: null },
    ),
  ],
  best: { position: 1, way: 'probe' },
  comparisons: 3,
  missing: [{ encoder: 'convnext_tiny', weights: 'convnext_tiny_fb_in22k_ft_in1k', bytes: 110e6 }],
  createdMs: Date.UTC(2026, 10, 30),
  seconds: 41,
};
