/** A loss's words for the screen. Its formula is in src/main/nn/losses/. */
export interface LossInfo {
  label: string;
  unit: string;
}

/** All losses. The names are stored with every run. */
export const LOSS_INFO = {
  contrastive: { label: 'contrastive loss', unit: 'distance squared' },
} as const satisfies Record<string, LossInfo>;

export type LossName = keyof typeof LOSS_INFO;
