import type { TrainRequest } from '../../../shared/contract.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import { PAIR_RECIPE } from '../../domain/pairs/evaluation-pairs.ts';
import { type BackboneName, hasClassToken, isFitted, sizeProblem } from '../../../shared/backbones.ts';
import { importedSizeProblem } from '../../../shared/imported-encoder.ts';
import { backboneName } from '../../../shared/run-words.ts';
import type { RunConfig, WeightsInfo } from '../../../shared/run.ts';
import { withDefaults } from '../../../shared/training-options/defaults.ts';
import { lossInfo } from '../../../shared/losses.ts';
import { type OptionName, TRAINING_OPTIONS } from '../../../shared/training-options/table.ts';

const DEFAULT_PREPROCESSING = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } satisfies RunConfig['preprocessing'];

const MAX_IMAGES_PER_STEP = 256; // losses over all triples of a step need memory for their cube

type Values = ReturnType<typeof withDefaults>;

const SCOPES = TRAINING_OPTIONS.scope.values;
const POOLING = TRAINING_OPTIONS.pooling.values;

/** Why the options do not fit the loss, as a sentence, with the option to change; null if they fit. */
function lossProblem({
  same,
  loss,
  embedding,
  margin,
  scope,
  classesPerStep,
  imagesPerClass,
}: Values): { field: OptionName; message: string; flags?: string[] } | null {
  const { label, needsUnitLength, samples, margin: marginInfo } = lossInfo(loss);
  if (loss === 'probe' && scope !== 'head')
    return {
      field: 'scope',
      message: `A linear probe trains no layers below the head: choose “${SCOPES.head.label}” as trained layers, or another loss.`,
      flags: ['--scope head', '--loss'],
    };
  if (loss === 'probe')
    return same === 'class'
      ? null
      : { field: 'loss', message: 'A linear probe learns classes, but same pairs are not of one class here: choose another loss.' };
  if (same === 'pairs' && samples !== 'pairs')
    return { field: 'loss', message: `The ${label} learns classes or groups, which a file of pairs does not have: choose the contrastive loss.` };
  if (needsUnitLength && embedding === 'raw') {
    return {
      field: 'embedding',
      message: `The ${label} compares directions, so it needs embeddings of length 1: choose that, or another loss.`,
      flags: ['--embedding unit', '--loss'],
    };
  }
  if (samples === 'labelled' && classesPerStep * imagesPerClass > MAX_IMAGES_PER_STEP) {
    return {
      field: 'imagesPerClass',
      message: `A step would have ${classesPerStep * imagesPerClass} images; at most ${MAX_IMAGES_PER_STEP} are possible.`,
    };
  }
  if (marginInfo?.unit === 'radians' && margin >= Math.PI / 2)
    return { field: 'margin', message: `The margin of the ${label} is an angle in radians: it must be below 1.57.` };
  if (marginInfo?.unit === 'distance' && embedding === 'unit' && margin >= 2)
    return {
      field: 'margin',
      message: `Embeddings of length 1 are at most 2 apart, so no pair can be beyond a margin of ${margin}. Choose one below 2, or the embedding “${TRAINING_OPTIONS.embedding.values.raw.label}”.`,
      flags: ['--margin', '--embedding raw'],
    };
  return null;
}

/** Throws AppError 'bad-request' for choices that an imported encoder can't have. */
function refuseForEncoder({ backbone, scope, engine }: Values, encoder: RunConfig['encoder']): void {
  if ((backbone === 'imported') !== (encoder !== null))
    throw new AppError('bad-request', 'Choose an imported encoder, or another network.', { field: 'weights', flags: ['--backbone onnx:ID'] });
  if (encoder === null) return;
  if (scope !== 'head') {
    throw new AppError('bad-request', `${encoder.title} is an imported encoder, which stays as it is: only the head can be trained.`, {
      field: 'scope',
      flags: ['--scope head'],
    });
  }
  if (engine !== 'onnx')
    throw new AppError('bad-request', `${encoder.title} is an ONNX file, which only the engine ONNX Runtime runs: choose that engine.`, {
      field: 'engine',
      flags: ['--engine onnx'],
    });
}

/** Throws AppError 'bad-request' for choices that patches beside a backbone can't have. */
function refuseBeside({ backbone, scope, pooling }: Values, beside: RunConfig['beside']): void {
  if (beside === null) return;
  const patches = backboneName('patches');
  if (isFitted(backbone))
    throw new AppError('bad-request', `“${patches}” can’t stand beside itself: choose another network, or it alone.`, { field: 'backbone' });
  if (scope !== 'head')
    throw new AppError(
      'bad-request',
      `With “${patches}” beside a network only the head is trained: choose “${SCOPES.head.label}” as trained layers.`,
      {
        field: 'scope',
        flags: ['--scope head'],
      },
    );
  if (pooling !== 'mean')
    throw new AppError(
      'bad-request',
      `With “${patches}” beside a network the head reads means over space: choose the pooling “${POOLING.mean.label}”.`,
      {
        field: 'pooling',
        flags: ['--pooling mean'],
      },
    );
}

export const backboneFor = (request: TrainRequest): BackboneName => request.backbone ?? TRAINING_OPTIONS.backbone.default;

/** Adds the defaults. Of several seeds it has the first. Throws AppError 'bad-request' for conflicting choices; `details.field` names the option. */
export function configFor(
  request: TrainRequest,
  weights: WeightsInfo | null,
  { sampleBits, groupName, classes }: Pick<DatasetSummary, 'sampleBits' | 'groupName' | 'classes'> = {
    sampleBits: null,
    groupName: null,
    classes: {},
  },
  pairs: RunConfig['pairs'] = null,
  encoder: RunConfig['encoder'] = null,
): RunConfig {
  const { dataset: _, weights: _source, pairs: list, augmentation = null, seeds, beside = null, ...choices } = request;
  if (seeds !== undefined && choices.seed !== undefined)
    throw new AppError('bad-request', 'Choose one seed or several, not both.', { field: 'seeds', flags: ['--seed', '--seeds'] });
  const sameKind = choices.same ?? (list === undefined ? undefined : 'pairs');
  const chosen = { ...choices, size: choices.size ?? encoder?.defaultSize, same: sameKind, seed: choices.seed ?? seeds?.[0] };
  const values = withDefaults(chosen, weights !== null);
  const { same, negatives, backbone, pooling, scope, headStart, size } = values;
  refuseForEncoder(values, encoder);
  const fitted = isFitted(backbone);
  const name = backboneName(backbone);
  refuseBeside(values, beside);
  if (fitted && weights)
    throw new AppError('bad-request', `“${name}” takes no weights, as it is fitted to your images: leave them out, or choose another network.`, {
      field: 'weights',
      flags: ['--backbone <name>'],
    });
  if (fitted && scope !== 'head')
    throw new AppError('bad-request', `Of “${name}” only the head is trained: choose “${SCOPES.head.label}” as trained layers.`, {
      field: 'scope',
      flags: ['--scope head'],
    });
  if (!weights && !fitted && scope !== 'all') {
    const chosen = `“${SCOPES[scope].label}”`;
    throw new AppError(
      'bad-request',
      `With ${chosen} as trained layers the other layers stay as they are, so they need trained weights: choose some, or train all layers.`,
      { field: 'weights', flags: ['--weights', '--scope all'] },
    );
  }
  if (!weights && !fitted && headStart === 'probe') {
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
  if ((same === 'pairs') !== (list !== undefined)) {
    throw new AppError(
      'bad-request',
      same === 'pairs'
        ? 'Choose a file of pairs.'
        : 'A file of pairs is used only if same means the pairs of the file: choose that, or leave the file out.',
      { field: 'pairs', flags: ['--pairs <file>', '--same pairs'] },
    );
  }
  if (same !== 'group' && negatives !== 'anywhere') {
    throw new AppError('bad-request', 'Different pairs within a class need same pairs of one group: two images of one class are same otherwise.', {
      field: 'negatives',
      flags: ['--same group', '--negatives anywhere'],
    });
  }
  if (augmentation && scope === 'head') {
    const why = 'Augmentation changes nothing if only the head is trained: the features of every image are computed once.';
    if (fitted || encoder !== null) {
      const advice = 'Leave augmentation out, or choose a network whose other layers can be trained.';
      throw new AppError('bad-request', `${why} ${advice}`, { field: 'augmentation', flags: ['--backbone <name>'] });
    }
    throw new AppError(
      'bad-request',
      `${why} Choose “${SCOPES['last-stage'].label}” or “${SCOPES.all.label}” as trained layers, or leave augmentation out.`,
      { field: 'augmentation', flags: ['--scope last-stage', '--scope all'] },
    );
  }
  if (pooling === 'cls' && !hasClassToken(backbone)) {
    throw new AppError(
      'bad-request',
      `${backboneName(backbone)} has no class token: choose the pooling “${POOLING.mean.label}”, or a DINOv2 network.`,
      {
        field: 'pooling',
        flags: ['--pooling mean', '--backbone'],
      },
    );
  }
  const wrongSize = encoder === null ? sizeProblem(backbone, size) : importedSizeProblem(encoder, size);
  if (wrongSize) throw new AppError('bad-request', wrongSize, { field: 'size' });
  const problem = lossProblem(values);
  if (problem) throw new AppError('bad-request', problem.message, { field: problem.field, ...(problem.flags && { flags: problem.flags }) });
  return {
    ...values,
    beside,
    pairs,
    ...(values.loss === 'probe' ? { dim: Object.keys(classes).length, epochs: 1 } : {}),
    weights,
    encoder,
    augmentation,
    flavour: weights?.flavour ?? 'torch',
    preprocessing: weights?.preprocessing ?? DEFAULT_PREPROCESSING,
    groupName,
    resampling: 'centred',
    pairRecipe: PAIR_RECIPE,
    sampleBits,
  };
}
