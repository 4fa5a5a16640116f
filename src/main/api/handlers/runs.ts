import { ImageQuery } from '../../../shared/curation.ts';
import { AppError } from '../../../shared/errors.ts';
import type { TimeEstimate } from '../../../shared/training-plan.ts';
import { layerNames } from '../../nn/siamese.ts';
import { readCatalogue } from '../../nn/weights/catalogue.ts';
import { absoluteFile } from '../../features/dataset/scan.ts';
import { pixelsOf, type ReadingSample, sampledPositions } from '../../features/training/reading.ts';
import { estimateFromMeasure, estimateFromRuns } from '../../features/training/estimate.ts';
import { resumeTraining, startEvaluation, startExport, startTraining } from '../../features/training/jobs.ts';
import { type Planned, planTraining } from '../../features/training/plan.ts';
import { catalogueItems, restoreRun, runRow, runRows } from '../../features/training/rows.ts';
import type { Workbench } from '../../workbench.ts';
import type { HandlersFor } from '../handler-types.ts';

const planned = (bench: Workbench, choices: Record<string, unknown>): Planned =>
  planTraining(
    { store: bench.store, catalogue: readCatalogue(bench.catalogue), setting: bench.settings.get().device, devices: bench.devices.get() },
    choices,
  );

const SAMPLE = 16; // images whose reading is timed, beside the smallest and the largest

/** Some of a data set's images, from the smallest to the largest. */
export async function readingSample({ store, sets }: Pick<Workbench, 'store' | 'sets'>, id: string): Promise<ReadingSample> {
  const { dataset, root } = store.datasets.place(id);
  const { ids } = await sets.find(ImageQuery.parse({ dataset, state: 'kept', sort: 'pixels' }));
  const images = store.browse.rows(
    dataset,
    sampledPositions(ids.length, SAMPLE).map((position) => ids[position]!),
  );
  return {
    dataset,
    files: images.map(({ file }) => absoluteFile(root, file)),
    pixels: images.map(pixelsOf),
    meanPixels: await sets.meanPixels(dataset),
  };
}

/** From earlier runs; else, where asked for and nothing else computes, from a few steps. */
async function estimated(bench: Workbench, { config, dataset }: Planned, measure: boolean): Promise<TimeEstimate | null> {
  if (!config || !dataset) return null;
  const loads = new Map(bench.store.datasets.list().map((d) => [d.dataset, d.splits]));
  const past = bench.store.runs.list().flatMap((run) => {
    const load = loads.get(run.dataset);
    return load ? [{ run, load }] : [];
  });
  const known = estimateFromRuns(config, dataset.splits, dataset.snapshot, past);
  if (known || !measure || bench.trainings.length > 0) return known;
  return estimateFromMeasure(config, dataset.splits, await bench.measures.of(config, await readingSample(bench, dataset.dataset)));
}

export const runHandlers: HandlersFor<'runs' | 'weights'> = {
  'runs.list': (_, { bench }) => runRows(bench),
  'runs.get': ({ run }, { bench }) => runRow(bench, run),
  'runs.plan': async ({ choices, measure }, { bench }) => {
    const plan = planned(bench, choices);
    const { request, dataset: _, ...shown } = plan;
    return { ...shown, waiting: bench.trainings.length, estimate: request ? await estimated(bench, plan, measure) : null };
  },
  'runs.start': (choices, { bench }) => {
    const { request, problems } = planned(bench, choices);
    if (!request) throw new AppError('bad-request', problems[0]!.message, { field: problems[0]!.field });
    return startTraining(bench, request);
  },
  'runs.resume': (request, { bench }) => resumeTraining(bench, request),
  'runs.evaluate': ({ run, split }, { bench }) => startEvaluation(bench, run, split),
  'runs.metrics': ({ run, split }, { bench }) => bench.store.runs.get(run).metrics.find((m) => m.split === split) ?? null,
  'runs.annotate': ({ run, name, tags, note }, { bench }) => {
    const given = Object.entries({ name, tags, note }).filter(([, value]) => value !== undefined);
    bench.store.runs.annotate(run, Object.fromEntries(given));
    bench.hub.changed('runs', run);
    return runRow(bench, run);
  },
  'runs.remove': ({ run }, { bench }) => {
    if (bench.jobs.isRunning('train', run)) throw new AppError('bad-request', `Run ${run} is being trained: cancel it first.`, { run });
    bench.store.runs.remove(run);
    bench.hub.changed('runs', run);
    return null;
  },
  'runs.restore': ({ run }, { bench }) => {
    restoreRun(bench, run);
    bench.hub.changed('runs', run);
    return null;
  },
  'runs.export': (request, { bench }) => startExport(bench, request),
  'runs.layers': ({ run }, { bench }) => layerNames(bench.store.runs.get(run).config.backbone),
  'weights.list': (_, { bench }) => catalogueItems(bench.catalogue, bench.workspace),
};
