import { validationAuc } from '../../shared/listed-auc.ts';

type Trained = Parameters<typeof validationAuc>[0];

const numberOf = (run: Trained): number => validationAuc(run)?.auc ?? -1;

/** The run with the highest validation AUC; the newest of equals. */
export function bestRun<R extends Trained & { createdMs: number }>(runs: readonly R[]): R | null {
  return runs.toSorted((a, b) => numberOf(b) - numberOf(a) || b.createdMs - a.createdMs)[0] ?? null;
}
