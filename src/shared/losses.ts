/** A loss's words for the screen and the report. Its code is in src/main/nn/losses/. */
export interface LossInfo {
  label: string;
  unit: string;
  /** For the report's method section. Single letters in the formula are variables; D is the distance of two images. */
  definition: {
    formula: string;
    over: string; // what the mean is over
    symbols: Readonly<Record<string, string>>; // meaning of each variable but L and D
    source: string; // paper
  };
}

/** All losses. The names are stored with every run. */
export const LOSS_INFO = {
  contrastive: {
    label: 'contrastive loss',
    unit: 'distance squared',
    definition: {
      formula: 'L = mean of (1 − y) D² + y max(0, m − D)²',
      over: 'labelled pairs',
      symbols: { y: '0 for a same pair and 1 for a different one', m: 'the margin' },
      source: 'R. Hadsell, S. Chopra and Y. LeCun: “Dimensionality Reduction by Learning an Invariant Mapping”, CVPR 2006',
    },
  },
} as const satisfies Record<string, LossInfo>;

export type LossName = keyof typeof LOSS_INFO;
