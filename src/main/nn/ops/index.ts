import { add } from './add.ts';
import { batchNorm } from './batch-norm.ts';
import { contrastive } from './contrastive.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { foldedBias } from './folded-bias.ts';
import { foldedKernel } from './folded-kernel.ts';
import { globalMean } from './global-mean.ts';
import { maxPool } from './max-pool.ts';
import type { Op } from './op.ts';
import { pairDistance } from './pair-distance.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';

const OPS = { add, batchNorm, contrastive, conv, dense, foldedBias, foldedKernel, globalMean, maxPool, pairDistance, relu, relu6 };

export type OpName = keyof typeof OPS;
export type OpAttrs = { [N in OpName]: (typeof OPS)[N] extends Op<infer A> ? A : never };

/** The one place where an operation's own attribute type is forgotten: nodes pair name and attributes. */
export function opOf<N extends OpName>(name: N): Op<OpAttrs[N]> {
  return OPS[name] as unknown as Op<OpAttrs[N]>;
}
