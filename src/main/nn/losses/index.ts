import type { LossName } from '../../../shared/losses.ts';
import { contrastive } from './contrastive.ts';
import type { Loss } from './loss.ts';

/** The formula of every loss that src/shared/losses.ts lists. */
const TABLE = { contrastive } as const satisfies Record<LossName, Loss>;

export const lossOf = (name: LossName): Loss => TABLE[name];
