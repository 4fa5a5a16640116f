import type { Comparison } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { runNumber } from '../../../shared/run-words.ts';
import type { ComparePorts } from './ports.ts';

/**
 * Why the network of a comparison can't be used any more; null if it can. `consequence`: what is not possible without it, for "was deleted,
 * so …". Throws AppError 'not-found' for an unknown run.
 */
export function networkProblem(
  { runs, hasNetwork }: Pick<ComparePorts, 'runs' | 'hasNetwork'>,
  { run: id, modelSha256 }: Pick<Comparison, 'run' | 'modelSha256'>,
  consequence: string,
): AppError | null {
  const run = runs.get(id);
  if (!hasNetwork(run)) return new AppError('not-found', `The network of run ${runNumber(id)} was deleted, so ${consequence}.`, { run: id });
  if (run.modelSha256 === modelSha256) return null;
  return new AppError(
    'bad-request',
    `Run ${runNumber(id)} was trained further after this comparison, so the network that it describes is gone. Compare the two images again.`,
    { run: id },
  );
}
