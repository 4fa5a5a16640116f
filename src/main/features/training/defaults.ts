import type { TrainRequest } from '../../../shared/contract.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import { PAIR_RECIPE } from '../../domain/pairs/evaluation-pairs.ts';
import { BACKBONE_INFO, type BackboneName } from '../../../shared/backbones.ts';
import type { RunConfig, WeightsInfo } from '../../../shared/run.ts';
import { withDefaults } from '../../../shared/training-options/defaults.ts';
import { TRAINING_OPTIONS } from '../../../shared/training-options/table.ts';

const DEFAULT_PREPROCESSING = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } satisfies RunConfig['preprocessing'];

export const backboneFor = (request: TrainRequest): BackboneName => request.backbone ?? TRAINING_OPTIONS.backbone.default;

/** Adds the defaults. Throws AppError 'bad-request' for conflicting choices; `details.field` names the option. */
export function configFor(
  request: TrainRequest,
  weights: WeightsInfo | null,
  { sampleBits, groupName }: Pick<DatasetSummary, 'sampleBits' | 'groupName'> = { sampleBits: null, groupName: null },
): RunConfig {
  const { dataset: _, weights: _source, augmentation = null, ...choices } = request;
  const values = withDefaults(choices, weights !== null);
  const { same, negatives, backbone, scope, headStart, size } = values;
  if (!weights && scope !== 'all') {
    throw new AppError('bad-request', `Scope "${scope}" keeps the backbone fixed, which needs trained weights: choose some, or train all layers.`, {
      field: 'weights',
      flags: ['--weights', '--scope all'],
    });
  }
  if (!weights && headStart === 'probe') {
    throw new AppError('bad-request', 'A linear probe needs the features of a trained backbone: choose initial weights, or a random head.', {
      field: 'headStart',
      flags: ['--weights', '--head-start random'],
    });
  }
  if (same !== 'class' && headStart === 'probe') {
    throw new AppError(
      'bad-request',
      'A linear probe learns classes, but same pairs are not of one class here: choose a random head, or same class.',
      {
        field: 'headStart',
        flags: ['--head-start random', '--same class'],
      },
    );
  }
  if (same !== 'group' && negatives !== 'anywhere') {
    throw new AppError('bad-request', 'Different pairs within a class need same pairs of one group: two images of one class are same otherwise.', {
      field: 'negatives',
      flags: ['--same group', '--negatives anywhere'],
    });
  }
  if (augmentation && scope === 'head') {
    throw new AppError(
      'bad-request',
      'Augmentation cannot be used with scope "head": the features of every image are computed once. Choose scope "last-stage" or "all", or leave augmentation out.',
      { field: 'augmentation' },
    );
  }
  const { smallest } = BACKBONE_INFO[backbone];
  if (size < smallest)
    throw new AppError('bad-request', `Images of ${size} px are too small for ${backbone}: it needs at least ${smallest} px.`, { field: 'size' });
  return {
    ...values,
    weights,
    augmentation,
    flavour: weights?.flavour ?? 'torch',
    preprocessing: weights?.preprocessing ?? DEFAULT_PREPROCESSING,
    groupName: same === 'group' ? groupName : null,
    resampling: 'centred',
    pairRecipe: PAIR_RECIPE,
    sampleBits,
  };
}
