import { ENOUGH_IMAGES } from '../pairs/enough-images.ts';
import { AppError } from '../../../shared/errors.ts';
import { type Split, SPLIT_NAMES } from '../../../shared/dataset.ts';
import { countText } from '../../../shared/format.ts';

/**
 * Checks that metrics can be computed. `distances`, `labels` [N].
 * @throws AppError 'bad-dataset' without pairs of both labels; 'bad-request' for distances that are not finite.
 */
export function assertEvaluable(distances: ArrayLike<number>, labels: ArrayLike<number>, split: Split): void {
  if (distances.length !== labels.length)
    throw new AppError('internal', `There are ${distances.length} distances for ${labels.length} labels.`, { split });
  const name = SPLIT_NAMES[split];
  if (distances.length === 0)
    throw new AppError('bad-dataset', `There are no ${name} pairs to evaluate on. Import ${ENOUGH_IMAGES}.`, {
      split,
    });
  assertFinite(distances, split);
  let different = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === 1) different++;
  if (different === 0 || different === labels.length) {
    const [has, lacks] = different === 0 ? ['same', 'different'] : ['different', 'same'];
    throw new AppError(
      'bad-dataset',
      `All ${countText(labels.length)} ${name} pairs are ${has} pairs; evaluation needs ${lacks} pairs, too. Import ${ENOUGH_IMAGES}.`,
      { split, pairs: labels.length, different },
    );
  }
}

/** Throws AppError 'bad-request' for distances that are not finite: they have no verdict. */
export function assertFinite(distances: ArrayLike<number>, split: Split): void {
  let notFinite = 0;
  for (let i = 0; i < distances.length; i++) if (!Number.isFinite(distances[i])) notFinite++;
  if (notFinite === 0) return;
  throw new AppError(
    'bad-request',
    `The network returns NaN or infinity for ${countText(notFinite)} of ${countText(distances.length)} ${SPLIT_NAMES[split]} pairs. Train with a lower learning rate.`,
    { split, notFinite },
  );
}
