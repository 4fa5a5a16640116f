import { lossInfo } from '../../../shared/losses.ts';
import { encoderFacts } from '../../../shared/imported-encoder-words.ts';
import type { RunRecord } from '../../../shared/run.ts';

/** Metadata that another program needs to use the network: input, distance, metrics, versions, as text by key. */
export function modelCard(run: RunRecord): Record<string, string> {
  const { config } = run;
  const metrics = run.metrics.map(({ split, pairs, auc, accuracy }) => ({ split, pairs, auc, accuracy }));
  return {
    'twinlens.run': run.run,
    'twinlens.dataset': `${run.dataset} ${run.snapshot}`,
    'twinlens.input': `RGB [1, 3, ${config.size}, ${config.size}], (value / 255 - mean) / std, mean ${config.preprocessing.mean.join(' ')}, std ${config.preprocessing.std.join(' ')}`,
    ...(config.encoder && {
      'twinlens.encoder': encoderFacts(config.encoder)
        .map(({ name, value }) => `${name}: ${value}`)
        .join('; '),
    }),
    'twinlens.pooling': config.pooling,
    'twinlens.distance': [
      'Euclidean',
      ...(config.loss === 'probe' || config.embedding === 'unit' ? ['embeddings have length 1'] : []),
      ...(lossInfo(config.loss).margin?.unit === 'distance' ? [`margin ${config.margin}`] : []),
      `different above ${run.calibration?.threshold ?? 'unknown'}`,
    ].join(', '),
    'twinlens.loss': config.loss,
    'twinlens.metrics': JSON.stringify(metrics),
    'twinlens.modelSha256': run.modelSha256 ?? '',
    'twinlens.versions': JSON.stringify(run.versions),
  };
}
