import type { RunMapScale } from '../../../shared/comparison.ts';
import type { MapChoice } from '../../../shared/explanation-methods.ts';
import { runNumber } from '../../../shared/run-words.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import type { MapScales } from './map-scales.ts';

/** The scale of a run's maps. Measuring it is a job, which goes on if the caller no longer waits. Throws as MapScales.measure does. */
export function measureAsJob(
  { jobs, scales }: { jobs: Pick<Jobs, 'start'>; scales: Pick<MapScales, 'find' | 'measure'> },
  run: string,
  choice: MapChoice,
): Promise<RunMapScale> {
  const stored = scales.find(run, choice);
  if (stored !== null) return Promise.resolve(stored);
  const { promise, resolve, reject } = Promise.withResolvers<RunMapScale>();
  jobs.start({ kind: 'maps', title: `Measuring the colour scale of run ${runNumber(run)}`, subject: run }, async ({ signal, progress }) => {
    try {
      const onProgress = ({ done, total }: { done: number; total: number }): void =>
        progress({ done, total, text: `Explaining validation pairs: ${done} of ${total}` });
      resolve(await scales.measure(run, choice, { signal, onProgress }));
    } catch (error) {
      reject(error as Error);
      throw error;
    }
    return null;
  });
  return promise;
}
