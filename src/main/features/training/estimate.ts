import { hasPatches } from '../../../shared/backbones.ts';
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
 * after the other; the first one reads the images for all, but patches are fitted anew for every seed.
 */
export function estimateFromRuns(config: RunConfig, load: SplitSizes, snapshot: string, runs: readonly PastRun[], seeds = 1): TimeEstimate | null {
  const past = runs.find((p) => isSimilar(p.run.config, config) && usedOneDevice(p.run) && p.run.epochs.length > 0 && total(p.load) > 0);
  if (!past) return null;
  const epochSeconds = median(past.run.epochs.map((row: EpochRow) => row.seconds).filter((s) => Number.isFinite(s)));
  if (epochSeconds === null) return null;
  const rate = epochSeconds / total(past.load);
  const isCached = sharesFeatures(past.run, config, snapshot);
  const basis = `${forSeeds(seeds)}based on run ${runNumber(past.run.run)} on this computer, with ${countText(total(past.load))} images`;
  const again = hasPatches(config) ? seeds - 1 : 0; // further seeds that compute features
  if (isCached && !hasEpochs(config) && again === 0) return { seconds: seeds * leastSeconds(config, snapshot, runs, past.run), basis };
  const preparing = preparationRate(hasPatches(config) ? runs.filter(({ run }) => isSimilar(run.config, config)) : [past]) * total(load);
  return {
    seconds: ((isCached ? 0 : 1) + again) * preparing + seeds * rate * total(load) * config.epochs,
    basis,
  };
}

/** Whether a training finds its features cached: the run had the same images and weights and, as a seed chooses the patches, the same seed. */
const sharesFeatures = ({ snapshot, config }: RunRecord, wanted: RunConfig, wantedSnapshot: string): boolean =>
  snapshot === wantedSnapshot && config.weights?.source === wanted.weights?.source && (!hasPatches(wanted) || config.seed === wanted.seed);

/** Seconds per image before the first epoch: of several runs the most, as others may have found features cached. 0 without a finished one. */
function preparationRate(runs: readonly PastRun[]): number {
  const rates = runs
    .filter(({ run, load }) => run.status === 'done' && total(load) > 0)
    .map(({ run, load }) => (run.seconds - run.epochs.reduce((sum, row) => sum + row.seconds, 0)) / total(load));
  return Math.max(0, ...rates.filter(Number.isFinite));
}

/** Of a probe on cached features, whose fit is most of the time: that of the fastest similar run, which read no images if any did not. */
function leastSeconds(config: RunConfig, snapshot: string, runs: readonly PastRun[], newest: RunRecord): number {
  const sameFeatures = runs.filter(({ run }) => run.status === 'done' && sharesFeatures(run, config, snapshot) && isSimilar(run.config, config));
  return Math.min(newest.seconds, ...sameFeatures.map(({ run }) => run.seconds));
}

/**
 * Estimates a training's time from a few measured steps and images of its data set. Rough: assumes that every image is read
 * once, with patches once for every seed, and none is cached.
 */
export function estimateFromMeasure(config: RunConfig, load: SplitSizes, { forward, step, read }: Measurement, seeds = 1): TimeEstimate {
  const preparation = (read + (config.scope === 'all' ? 0 : forward)) * total(load);
  const evaluation = (config.scope === 'all' ? forward : step / 3) * load.valid; // a forward pass is about a third of a training step
  return {
    seconds:
      (hasPatches(config) ? seeds : 1) * preparation +
      seeds * config.epochs * (PASSES[lossInfo(config.loss).samples] * load.train * step + evaluation),
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
