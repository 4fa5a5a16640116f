import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import { AppError } from '../../../shared/errors.ts';
import { countText } from '../../../shared/format.ts';
import type { Job } from '../../../shared/job.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import type { ImageMaps } from './image-maps.ts';

export interface MapJobPorts {
  jobs: Pick<Jobs, 'start' | 'isRunning'>;
  hub: Pick<EventHub, 'changed'>;
  datasets: Pick<DatasetStore, 'header'>;
  maps: Pick<ImageMaps, 'layOut'>;
}

/** Lays out the map of a data set as a job. Throws AppError 'not-found', and 'bad-request' while the same data set is being laid out. */
export function startLayout({ jobs, hub, datasets, maps }: MapJobPorts, request: { dataset: string; source: EmbeddingSource; again: boolean }): Job {
  const { dataset, name } = datasets.header(request.dataset);
  if (jobs.isRunning('image-map', dataset)) throw new AppError('bad-request', `The map of ${name} is being drawn already.`, { dataset });
  return jobs.start({ kind: 'image-map', title: `Drawing the map of ${name}`, subject: dataset }, async ({ signal, progress }) => {
    progress({ text: 'Reading embeddings' });
    const began = performance.now();
    const onProgress = ({ done, total }: { done: number; total: number }): void => {
      const secondsLeft = done > 0 ? ((performance.now() - began) / 1000 / done) * (total - done) : null;
      progress({ done, total, text: `Step ${countText(done)} of ${countText(total)}`, secondsLeft });
    };
    await maps.layOut(dataset, request.source, { signal, again: request.again, onProgress });
    hub.changed('embeddings', dataset);
    return { imageMap: dataset };
  });
}
