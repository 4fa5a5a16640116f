import type { RunRow, EpochRow } from '../../src/shared/run.ts';
import { someConfig } from '../db/records.ts';

/** Runs as the screen receives them; by default of ten epochs, and done. */
export const row = (epoch: number, aucValid: number, aucTrain = aucValid): EpochRow => ({
  epoch,
  aucValid,
  aucTrain,
  lossTrain: 1,
  lossValid: 1,
  accuracyTrain: 1,
  accuracyValid: 1,
  lr: 1,
  seconds: 1,
  imagesPerSecond: 1,
  best: false,
});

export const run = (id: string, more: Partial<RunRow> = {}): RunRow => ({
  run: id,
  dataset: 'flowers',
  snapshot: 's',
  config: { ...someConfig, epochs: 10 },
  status: 'done',
  epochs: [],
  bestEpoch: null,
  calibration: null,
  validDistances: null,
  metrics: [],
  warnings: [],
  sessions: [],
  modelSha256: null,
  seconds: 10,
  versions: {},
  createdMs: Number(id.slice(1)),
  finishedMs: null,
  error: null,
  name: '',
  tags: [],
  note: '',
  findings: [],
  stale: false,
  outdated: false,
  ...more,
});
