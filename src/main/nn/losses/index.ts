import type { LossName } from '../../../shared/losses.ts';
import { arcFace } from './arcface.ts';
import { contrastive } from './contrastive.ts';
import type { Loss } from './loss.ts';
import { multiSimilarity } from './multi-similarity.ts';
import { probe } from './probe.ts';
import { supervisedContrastive } from './supervised-contrastive.ts';
import { triplet } from './triplet.ts';

/** The implementation of every loss in src/shared/losses.ts. */
const TABLE = {
  contrastive,
  triplet,
  'multi-similarity': multiSimilarity,
  supcon: supervisedContrastive,
  arcface: arcFace,
  probe,
} as const satisfies Record<LossName, Loss>;

export const lossOf = (name: LossName): Loss => TABLE[name];
