import { AppError } from '../../../shared/errors.ts';
import type { TrainingServices } from '../training/service.ts';
import { evaluateRun } from '../training/evaluate.ts';
import { APP_VERSION } from '../../foundation/versions.ts';
import { type ReportReaders, writeReport } from './service.ts';

/** A report's facts as the workspace holds them. */
export function readersOf({ store }: TrainingServices): ReportReaders {
  return {
    comparison: (id) => orNothing(() => store.comparisons.get(id)),
    run: (id) => orNothing(() => store.runs.annotated(id)),
    dataset: (id) =>
      orNothing(() => {
        const { excluded, relabelled } = store.browse.counts(id);
        return { ...store.datasets.get(id), curation: { excluded, relabelled } };
      }),
  };
}

/** What a store finds; nothing where it knows of none. */
function orNothing<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return null;
    throw error;
  }
}

/**
 * Judges the runs behind these comparisons on their test pairs where that was not done yet: a report without test figures says
 * too little. A run that can't be judged (its images or its network are gone) stays as it is, and the report says so.
 * @throws AppError 'cancelled'
 */
export async function judgeRuns(
  s: TrainingServices,
  comparisons: readonly string[],
  { signal, onRun }: { signal?: AbortSignal | undefined; onRun?: (run: string) => void } = {},
): Promise<void> {
  const { comparison, run } = readersOf(s);
  const behind = new Set<string>();
  for (const id of comparisons) {
    const found = await comparison(id);
    if (found) behind.add(found.run);
  }
  for (const id of behind) {
    const known = await run(id);
    if (!known || known.metrics.some((m) => m.split === 'test')) continue;
    onRun?.(id);
    await evaluateRun(s, id, 'test', signal).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code === 'cancelled') throw error;
    });
  }
}

/** Writes comparisons of the workspace as one page, once the networks behind them are judged. */
export async function reportFrom(
  s: TrainingServices,
  { comparisons, out, title }: { comparisons: string[]; out: string; title?: string | undefined },
): Promise<{ file: string }> {
  await judgeRuns(s, comparisons);
  return writeReport({ comparisons, out, title, generatedMs: Date.now(), appVersion: APP_VERSION }, readersOf(s));
}
