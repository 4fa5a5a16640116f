import { hasEpochs, lossInfo, type LossInfo } from '../../../shared/losses.ts';
import { runNumber } from '../../../shared/run-words.ts';
import type { TimeEstimate } from '../../../shared/training-plan.ts';
import { countText } from '../../../shared/format.ts';
import type { EpochRow, RunConfig, RunRecord } from '../../../shared/run.ts';
import { median } from './median.ts';

/** Training passes per image and epoch. Pairs: each image is the anchor of two pairs, which have four images. */
const PASSES = { pairs: 4, labelled: 1, none: 0 } as const satisfies Record<LossInfo['samples'], number>;

/** Number of images in the splits that training uses. */
export interface SplitSizes {
  train: number;
  valid: number;
}

export interface PastRun {
  run: RunRecord;
  load: SplitSizes; // of its data set
}

/** Seconds per image, measured on this computer. */
export interface Measurement {
  forward: number; // forward pass through the whole network
  step: number; // training step, of the trained layers only
  read: number; // reading and decoding an image of this data set
}

const total = ({ train, valid }: SplitSizes): number => train + valid;

/**
 * Estimates a training's time from the newest similar run (same network, trained layers, image size, engine and device): its
 * seconds per image and epoch, plus its time before the first epoch. Null without such a run. `runs`: newest first. `seeds`: trainings one
 * after the other; the first one reads the images for all.
 */
export function estimateFromRuns(config: RunConfig, load: SplitSizes, snapshot: string, runs: readonly PastRun[], seeds = 1): TimeEstimate | null {
  const past = runs.find((p) => isSimilar(p.run.config, config) && usedOneDevice(p.run) && p.run.epochs.length > 0 && total(p.load) > 0);
  if (!past) return null;
  const epochSeconds = median(past.run.epochs.map((row: EpochRow) => row.seconds).filter((s) => Number.isFinite(s)));
  if (epochSeconds === null) return null;
  const rate = epochSeconds / total(past.load);
  // Features of the same data set and weights are cached.
  const isCached = past.run.snapshot === snapshot && past.run.config.weights?.source === config.weights?.source;
  const basis = `${forSeeds(seeds)}based on run ${runNumber(past.run.run)} on this computer, with ${countText(total(past.load))} images`;
  if (isCached && !hasEpochs(config)) return { seconds: seeds * leastSeconds(config, snapshot, runs, past.run), basis };
  const before = past.run.seconds - past.run.epochs.reduce((sum, row) => sum + row.seconds, 0);
  const preparing = isCached || past.run.status !== 'done' || !(before > 0) ? 0 : (before / total(past.load)) * total(load);
  return {
    seconds: preparing + seeds * rate * total(load) * config.epochs,
    basis,
  };
}

/** Of a probe on cached features, whose fit is most of the time: that of the fastest similar run, which read no images if any did not. */
function leastSeconds(config: RunConfig, snapshot: string, runs: readonly PastRun[], newest: RunRecord): number {
  const sameFeatures = runs.filter(
    ({ run }) =>
      run.status === 'done' && run.snapshot === snapshot && run.config.weights?.source === config.weights?.source && isSimilar(run.config, config),
  );
  return Math.min(newest.seconds, ...sameFeatures.map(({ run }) => run.seconds));
}

/**
 * Estimates a training's time from a few measured steps and images of its data set. Rough: assumes that every image is read
 * once and none is cached.
 */
export function estimateFromMeasure(config: RunConfig, load: SplitSizes, { forward, step, read }: Measurement, seeds = 1): TimeEstimate {
  const preparation = (read + (config.scope === 'all' ? 0 : forward)) * total(load);
  const evaluation = (config.scope === 'all' ? forward : step / 3) * load.valid; // a forward pass is about a third of a training step
  return {
    seconds: preparation + seeds * config.epochs * (PASSES[lossInfo(config.loss).samples] * load.train * step + evaluation),
    basis: `${forSeeds(seeds)}a rough estimate from a few steps and images, just measured on this computer`,
  };
}

const forSeeds = (seeds: number): string => (seeds === 1 ? '' : `for ${seeds} seeds one after the other, `);

/** Whether all epochs of a run were computed on the same engine and device. */
const usedOneDevice = ({ sessions }: RunRecord): boolean => new Set(sessions.map(({ engine, device }) => `${engine} ${device}`)).size <= 1;

function isSimilar(a: RunConfig, b: RunConfig): boolean {
  const kind = (c: RunConfig): unknown[] => [
    c.backbone,
    c.beside,
    c.encoder?.sha256,
    c.scope,
    c.size,
    c.batchNorm,
    c.engine,
    c.device,
    c.augmentation === null,
    lossInfo(c.loss).samples,
  ];
  return kind(a).join() === kind(b).join();
}
