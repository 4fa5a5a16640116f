import type { LossName } from '../../../shared/losses.ts';
import { contrastive } from './contrastive.ts';
import type { Loss } from './loss.ts';

/** The implementation of every loss in src/shared/losses.ts. */
const TABLE = { contrastive } as const satisfies Record<LossName, Loss>;

export const lossOf = (name: LossName): Loss => TABLE[name];
