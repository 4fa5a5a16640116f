import { layerNames } from '../../nn/siamese.ts';
import type { HandlersFor } from '../handler-types.ts';
import { pending } from './pending.ts';

export const runHandlers: HandlersFor<'runs' | 'weights'> = {
  'runs.list': pending,
  'runs.get': pending,
  'runs.plan': pending,
  'runs.start': pending,
  'runs.resume': pending,
  'runs.evaluate': pending,
  'runs.metrics': ({ run, split }, { bench }) => bench.store.runs.get(run).metrics.find((m) => m.split === split) ?? null,
  'runs.annotate': pending,
  'runs.remove': pending,
  'runs.restore': pending,
  'runs.export': pending,
  'runs.layers': ({ run }, { bench }) => layerNames(bench.store.runs.get(run).config.backbone),
  'weights.list': pending,
};
