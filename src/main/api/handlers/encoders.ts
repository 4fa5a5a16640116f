import type { EncoderQuery } from '../../../shared/encoder-calls.ts';
import type { PairRelation } from '../../../shared/pair-relation.ts';
import { startEncoderComparison } from '../../features/compare-encoders/jobs.ts';
import type { HandlersFor } from '../handler-types.ts';

const relationOf = ({ same, negatives, pairs }: EncoderQuery): PairRelation => ({ same, negatives, list: pairs ?? null });

export const encoderHandlers: HandlersFor<'encoders'> = {
  'encoders.latest': (query, { workbench }) => workbench.encoderComparisons.latest(query.dataset, relationOf(query)),
  'encoders.compare': ({ encoders, ...query }, { workbench }) => {
    const { jobs, hub, store, encoderComparisons, trainings } = workbench;
    const { engine, device } = workbench.automaticDevice();
    return startEncoderComparison(
      { jobs, hub, datasets: store.datasets, comparisons: encoderComparisons, inTrainingQueue: (job, work) => trainings.inQueue(job, work) },
      { dataset: query.dataset, relation: relationOf(query), encoders: encoders ?? null, engine, device },
    );
  },
};
