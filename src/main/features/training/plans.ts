import { LRUCache } from 'lru-cache';
import { ImageQuery, type CuratedImage, type FoundImages } from '../../../shared/curation.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { ImportedEncoder } from '../../../shared/imported-encoder.ts';
import { AppError } from '../../../shared/errors.ts';
import { type PairRelation, relationKey, relationOf } from '../../../shared/pair-relation.ts';
import type { TimeEstimate, TrainingPlan } from '../../../shared/training-plan.ts';
import type { TrainRequest } from '../../../shared/contract.ts';
import type { DeviceReport, Settings } from '../../../shared/workbench.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { RunStore } from '../../db/runs.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { estimateFromMeasure, estimateFromRuns } from './estimate.ts';
import type { Measurements } from './measure.ts';
import { type KnownWeights, type PlanDraft, type PlanFacts, planTraining, withPairs } from './plan.ts';
import type { PairCounts, TrainingPorts } from './ports.ts';
import { pixelsOf, type ReadingSample, samplePositions } from './reading-time.ts';

const SAMPLE_SIZE = 16; // images to read, in addition to the smallest and the largest

/** Finds and reads a data set's images. */
export interface ImageSearch {
  find(query: ImageQuery): Promise<FoundImages>;
  rows(dataset: string, ids: readonly number[]): CuratedImage[];
  meanPixels(dataset: string): Promise<number>;
}

export interface PlanPorts {
  datasets: Pick<DatasetStore, 'get' | 'list' | 'header'>;
  runs: Pick<RunStore, 'list'>;
  images: ImageSearch;
  catalogue(): readonly KnownWeights[];
  weightsProblem: PlanFacts['weightsProblem'];
  encoders: { get(id: string): ImportedEncoder };
  pairList: PlanFacts['pairList'];
  memory: PlanFacts['memory'];
  pairCounts: TrainingPorts['pairCounts'];
  devices(): { setting: Settings['device']; report: DeviceReport | null };
  measurements: Pick<Measurements, 'measure'>;
  /** Number of running and waiting trainings. */
  waiting(): number;
}

/** Plans a training before it starts: settings, problems, and estimated time. */
export class TrainingPlans {
  private readonly ports: PlanPorts;
  private readonly counts = new LRUCache<string, PairCounts>({ max: 16 });

  constructor(ports: PlanPorts) {
    this.ports = ports;
  }

  /** `measure`: time a few steps if no earlier run gives an estimate and no training runs. */
  async plan(choices: Record<string, unknown>, measure: boolean): Promise<TrainingPlan> {
    const draft = await this.draftOf(choices);
    const { request, dataset: _, ...plan } = draft;
    return { ...plan, waiting: this.ports.waiting(), estimate: request ? await this.estimate(draft, measure) : null };
  }

  /** Builds the request from the choices. Throws AppError 'bad-request' with the first problem. */
  async requestOf(choices: Record<string, unknown>): Promise<TrainRequest> {
    const { request, problems } = await this.draftOf(choices);
    if (!request) throw new AppError('bad-request', problems[0]!.message, { field: problems[0]!.field });
    return request;
  }

  private async draftOf(choices: Record<string, unknown>): Promise<PlanDraft> {
    const { datasets, catalogue, weightsProblem, encoders, pairList, memory, devices } = this.ports;
    const { setting, report } = devices();
    const draft = planTraining(
      {
        datasets,
        catalogue: catalogue(),
        weightsProblem,
        encoder: (id) => encoders.get(id),
        pairList,
        memory,
        setting,
        devices: report,
      },
      choices,
    );
    const { dataset, config, problems } = draft;
    if (!dataset || !config || config.same === 'class' || problems.some(({ field }) => field === 'same' || field === 'pairs')) return draft;
    return withPairs(draft, await this.pairCounts(dataset, relationOf(config)));
  }

  /** Cached: the form plans after each change. */
  private async pairCounts({ dataset, snapshot }: DatasetSummary, relation: PairRelation): Promise<PairCounts> {
    const key = JSON.stringify([dataset, snapshot, relationKey(relation)]);
    const counts = this.counts.get(key) ?? (await this.ports.pairCounts(dataset, relation));
    this.counts.set(key, counts);
    return counts;
  }

  private async estimate({ config, dataset, request }: PlanDraft, measure: boolean): Promise<TimeEstimate | null> {
    if (!config || !dataset) return null;
    const { datasets, runs, images, measurements, waiting } = this.ports;
    const seeds = request?.seeds?.length ?? 1;
    const loads = new Map(datasets.list().map((d) => [d.dataset, d.splits]));
    const pastRuns = runs.list().flatMap((run) => {
      const load = loads.get(run.dataset);
      return load ? [{ run, load }] : [];
    });
    const estimate = estimateFromRuns(config, dataset.splits, dataset.snapshot, pastRuns, seeds);
    if (estimate || !measure || waiting() > 0) return estimate;
    const sample = await readingSample(datasets.header(dataset.dataset), images);
    return estimateFromMeasure(config, dataset.splits, await measurements.measure(config, sample), seeds);
  }
}

/** A sample of a data set's included images over the whole range of sizes. */
export async function readingSample({ dataset, root }: { dataset: string; root: string }, images: ImageSearch): Promise<ReadingSample> {
  const { ids } = await images.find(ImageQuery.parse({ dataset, state: 'included', sort: 'pixels' }));
  const rows = images.rows(
    dataset,
    samplePositions(ids.length, SAMPLE_SIZE).map((position) => ids[position]!),
  );
  return {
    dataset,
    files: rows.map(({ file }) => absoluteFile(root, file)),
    pixels: rows.map(pixelsOf),
    meanPixels: await images.meanPixels(dataset),
  };
}
