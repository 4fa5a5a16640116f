/** A loss's words for the screen and the report, and what the form needs. Its code is in src/main/nn/losses/. */
export interface LossInfo {
  label: string;
  note: string; // one line for the form: what it does
  unit: string;
  /** What a training step is computed from: pairs, images with their classes, or nothing, because there are no steps. */
  samples: 'pairs' | 'labelled' | 'none';
  /** Whether embeddings must have length 1. */
  needsUnitLength: boolean;
  /** Unit of the margin, what it is, and its default for raw embeddings and for embeddings of length 1. null: it has none. */
  margin: { unit: 'distance' | 'radians'; help: string; raw: number; unitLength: number } | null;
  /** For the report's method section. Single letters in the formula are variables; D is the distance of two images. */
  definition: {
    formula: string;
    over: string; // what the mean is over
    symbols: Readonly<Record<string, string>>; // meaning of each variable but L and D
    source: string; // paper
  };
}

const COSINE = 'the cosine of two embeddings, 1 − D²/2';

/** All losses. The names are stored with every run. */
export const LOSS_INFO = {
  contrastive: {
    label: 'contrastive loss',
    note: 'pulls same pairs together, pushes different pairs to the margin; as published',
    unit: 'distance squared',
    samples: 'pairs',
    needsUnitLength: false,
    margin: { unit: 'distance', help: 'the distance that different pairs are pushed to; the published method used 2', raw: 2, unitLength: 1 },
    definition: {
      formula: 'L = mean of (1 − y) D² + y max(0, m − D)²',
      over: 'labelled pairs',
      symbols: { y: '0 for a same pair and 1 for a different one', m: 'the margin' },
      source: 'R. Hadsell, S. Chopra and Y. LeCun: “Dimensionality Reduction by Learning an Invariant Mapping”, CVPR 2006',
    },
  },
  triplet: {
    label: 'triplet loss',
    note: 'keeps images of other classes farther away than those of the own class, by the margin',
    unit: 'distance',
    samples: 'labelled',
    needsUnitLength: false,
    margin: { unit: 'distance', help: 'how much farther than its own class another class must be', raw: 1, unitLength: 0.2 },
    definition: {
      formula: 'L = mean of D(a, p) − D(a, n) + m where 0 < D(a, n) − D(a, p) < m',
      over: 'the semi-hard triplets of a step’s images',
      symbols: { a: 'an image', p: 'another image of its class', n: 'an image of another class', m: 'the margin' },
      source: 'F. Schroff, D. Kalenichenko and J. Philbin: “FaceNet: A Unified Embedding for Face Recognition and Clustering”, CVPR 2015',
    },
  },
  'multi-similarity': {
    label: 'multi-similarity loss',
    note: 'weighs each pair of a step by how hard it is compared with the others',
    unit: 'cosine',
    samples: 'labelled',
    needsUnitLength: true,
    margin: null,
    definition: {
      formula: 'L = mean of 1/α log(1 + Σ exp(−α (P − λ))) + 1/β log(1 + Σ exp(β (N − λ)))',
      over: 'the images of a step',
      symbols: {
        P: `${COSINE}, of an image and each hard image of its class`,
        N: 'the same with each hard image of other classes; α = 2, β = 50, λ = 0.5',
      },
      source:
        'X. Wang, X. Han, W. Huang, D. Dong and M. R. Scott: “Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning”, CVPR 2019',
    },
  },
  supcon: {
    label: 'supervised contrastive loss',
    note: 'pulls each image towards the others of its class, against all images of the step',
    unit: 'nats',
    samples: 'labelled',
    needsUnitLength: true,
    margin: null,
    definition: {
      formula: 'L = mean of −log(exp(P / τ) / Σ exp(S / τ))',
      over: 'the images of a step, each with every other image of its class',
      symbols: { P: `${COSINE}, of an image and another one of its class`, S: 'that of the image and each other image of the step; τ = 0.1' },
      source: 'P. Khosla et al.: “Supervised Contrastive Learning”, NeurIPS 2020',
    },
  },
  arcface: {
    label: 'ArcFace loss',
    note: 'learns a direction for each class, with an angle between classes',
    unit: 'nats',
    samples: 'labelled',
    needsUnitLength: true,
    margin: { unit: 'radians', help: 'the angle by which the direction of another class must be farther', raw: 0.5, unitLength: 0.5 },
    definition: {
      formula: 'L = mean of −log(exp(s cos(t + m)) / (exp(s cos(t + m)) + Σ exp(s cos(u))))',
      over: 'the images of a step',
      symbols: {
        t: 'the angle between an image’s embedding and the direction of its class',
        u: 'the angle to the direction of each other class',
        m: 'the margin, an angle',
        s: '64. The directions are trained with the network and are not part of it',
      },
      source: 'J. Deng, J. Guo, N. Xue and S. Zafeiriou: “ArcFace: Additive Angular Margin Loss for Deep Face Recognition”, CVPR 2019',
    },
  },
  probe: {
    label: 'linear probe',
    note: 'predicts the class from pretrained features; no training steps, takes seconds',
    unit: 'nats',
    samples: 'none',
    needsUnitLength: true,
    margin: null,
    definition: {
      formula: 'D² = 2 (1 − P − U)',
      over: 'labelled images, once, without steps: a multinomial logistic regression of their classes on the features',
      symbols: {
        P: 'q_A · q_B, the probability of one class by the class probabilities q of both images',
        U: 'what this leaves open where the features agree: √((1 − |q_A|²) (1 − |q_B|²)) times the cosine of the centred features',
      },
      source: 'G. Alain and Y. Bengio: “Understanding intermediate layers using linear classifier probes”, ICLR workshop 2017',
    },
  },
} as const satisfies Record<string, LossInfo>;

export type LossName = keyof typeof LOSS_INFO;

export const isLossName = (value: unknown): value is LossName => typeof value === 'string' && Object.hasOwn(LOSS_INFO, value);

/** The entry of a loss, as the general type. */
export const lossInfo = (name: LossName): LossInfo => LOSS_INFO[name];

/** Whether a loss is minimised by steps. */
export const trainsBySteps = ({ samples }: LossInfo): boolean => samples !== 'none';

/** Whether a run was trained by steps, and so has epochs: else its probe was fitted at once, which its record counts as one epoch. */
export const hasEpochs = ({ loss }: { loss: LossName }): boolean => trainsBySteps(lossInfo(loss));

/** log-odds: D²/2 is a probe's probability that two images are of different classes, so its logarithmic odds are what Platt's curve is linear in. */
export type CurveScale = 'log-odds';

/** What the similarity curve of a loss is logistic in: for a probe the odds that D²/2, its probability of different classes, stands for. */
export const curveScale = ({ loss }: { loss: LossName }): CurveScale | undefined => (loss === 'probe' ? 'log-odds' : undefined);

/** Samples of a training step: pairs, or images with their classes. */
export const samplesPerStep = (config: { loss: LossName; batch: number; classesPerStep: number; imagesPerClass: number }): number =>
  lossInfo(config.loss).samples === 'labelled' ? config.classesPerStep * config.imagesPerClass : config.batch;

/** Distance of two embeddings of length 1 at a right angle, as unrelated ones are on average. */
const ORTHOGONAL_DISTANCE = Math.SQRT2;

/** The distance that different images are expected to have: the margin of the contrastive loss, else ORTHOGONAL_DISTANCE. */
export const expectedDistance = ({ loss, margin }: { loss: LossName; margin: number }): number =>
  loss === 'contrastive' ? margin : ORTHOGONAL_DISTANCE;
