import type { RunRecord } from '../../../shared/run.ts';
import { refuseOutdated } from './network.ts';
import { modelOf, type TrainingServices } from './service.ts';

/** Writes a run's best network as one file, with a model card in its metadata. Returns the file's path. */
export async function exportRun(s: TrainingServices, request: { run: string; format: 'onnx' | 'safetensors'; out: string }): Promise<string> {
  const run = s.store.runs.get(request.run);
  refuseOutdated(s.workspace, run);
  await s.compute.ask('exportModel', { model: modelOf(s.workspace, run), format: request.format, out: request.out, card: modelCard(run) });
  return request.out;
}

/** What a stranger must know to use the network rightly, as flat text. */
function modelCard(run: RunRecord): Record<string, string> {
  const { config } = run;
  const metrics = run.metrics.map(({ split, pairs, auc, accuracy }) => ({ split, pairs, auc, accuracy }));
  return {
    'twinlens.run': run.run,
    'twinlens.dataset': `${run.dataset} ${run.snapshot}`,
    'twinlens.input': `RGB [1, 3, ${config.size}, ${config.size}], (value / 255 - mean) / std, mean ${config.preprocessing.mean.join(' ')}, std ${config.preprocessing.std.join(' ')}`,
    'twinlens.distance': `Euclidean, margin ${config.margin}, different above ${run.calibration?.threshold ?? 'unknown'}`,
    'twinlens.metrics': JSON.stringify(metrics),
    'twinlens.modelSha256': run.modelSha256 ?? '',
    'twinlens.versions': JSON.stringify(run.versions),
  };
}
