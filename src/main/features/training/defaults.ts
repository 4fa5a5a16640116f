import type { TrainRequest } from '../../../shared/contract.ts';
import { AppError } from '../../../shared/errors.ts';
import { BACKBONE_INFO, type BackboneName } from '../../../shared/backbones.ts';
import type { RunConfig, WeightsInfo } from '../../../shared/run.ts';

const PLAIN = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } satisfies RunConfig['preprocessing'];

export const backboneFor = (request: TrainRequest): BackboneName => request.backbone ?? 'compact';

/**
 * Fills in what a person left open, and refuses what does not go together. From scratch everything is trained, with batch
 * statistics; with weights the head is, on frozen batch norm, from a linear probe of its training images.
 */
export function configFor(request: TrainRequest, weights: WeightsInfo | null): RunConfig {
  const backbone = backboneFor(request);
  const scope = request.scope ?? (weights ? 'head' : 'all');
  const headStart = request.headStart ?? (weights ? 'probe' : 'random');
  const augmentation = request.augmentation ?? null;
  if (!weights && scope !== 'all') {
    throw new AppError(
      'bad-request',
      `Scope "${scope}" keeps the backbone as it is, which needs trained weights: choose some (--weights), or train all layers (--scope all).`,
      { field: 'weights' },
    );
  }
  if (!weights && headStart === 'probe') {
    throw new AppError(
      'bad-request',
      'A head can begin as a probe only on features that mean something: choose trained weights (--weights), or let it be drawn (--head-start random).',
      { field: 'headStart' },
    );
  }
  if (augmentation && scope === 'head') {
    throw new AppError(
      'bad-request',
      'Augmentation and scope "head" do not go together: the features of every image are computed once. Choose scope "last-stage" or "all", or leave augmentation out.',
      { field: 'augmentation' },
    );
  }
  const { smallest, imageSize } = BACKBONE_INFO[backbone];
  const size = request.size ?? imageSize[scope === 'all' ? 'all' : 'part'];
  if (size < smallest)
    throw new AppError('bad-request', `Images of ${size} px are too small for ${backbone}: it needs at least ${smallest} px.`, { field: 'size' });
  const fromScratch = backbone === 'compact' && !weights;
  return {
    backbone,
    weights,
    flavour: weights?.flavour ?? 'torch',
    preprocessing: weights?.preprocessing ?? PLAIN,
    scope,
    headStart,
    batchNorm: request.batchNorm ?? (weights ? 'frozen' : 'batch'),
    epochs: request.epochs ?? (scope === 'all' ? 30 : 40),
    batch: request.batch ?? (fromScratch ? SCRATCH.batch : 16),
    size,
    lr: request.lr ?? (headStart === 'probe' ? RATES_FROM_PROBE : RATES)[scope],
    optimizer: request.optimizer ?? 'adamw',
    weightDecay: request.weightDecay ?? (weights ? 1e-2 : 1e-4),
    clipNorm: request.clipNorm ?? 1,
    dim: request.dim ?? 16,
    loss: 'contrastive',
    margin: request.margin ?? 2,
    patience: request.patience ?? 0,
    plateau: request.plateau ?? (fromScratch ? SCRATCH.plateau : 5),
    augmentation,
    seed: request.seed ?? 1,
    engine: request.engine ?? 'onnx',
    device: request.device ?? 'cpu',
  };
}

/**
 * The compact network from scratch, found on validation pairs of the drawn sample: batches of 8 pairs make twice the steps
 * of 16 in the same time. Twice the rate is sometimes quicker, but from other seeds takes five epochs to get going at all.
 */
const SCRATCH = { batch: 8, plateau: 2 } as const;

/** From a head that knows the classes there is less to learn, and large steps would only unlearn it. */
const RATES_FROM_PROBE = { head: 1e-5, 'last-stage': 1e-5, all: 5e-5 } as const;
const RATES = { head: 1e-3, 'last-stage': 5e-5, all: 1e-3 } as const;
