import { sentenceCase } from '../format.ts';
import { lossInfo, type LossName } from '../losses.ts';
import type { EpochRow } from '../run.ts';
import { extentOf, padRange } from './scale.ts';
import { smooth } from './smooth.ts';

export type Metric = 'loss' | 'auc' | 'accuracy';
export type Part = 'train' | 'valid';

/** A run to plot. */
export interface CurveRun {
  run: string; // id
  name: string;
  epochs: readonly EpochRow[];
  bestEpoch: number | null;
  loss?: LossName;
  order?: number; // its index among the runs of the view, for colour and dashes; default: its index among the given runs
}

export interface Curve {
  run: string;
  name: string;
  order: number; // of the run, for colour and dashes
  part: Part;
  faint: boolean; // raw values behind the smoothed curve
  values: (number | null)[]; // one for each of `epochs`; null: a gap
}

export interface CurveSet {
  epochs: number[]; // 1-based, without gaps, of the longest run
  curves: Curve[];
}

const VALUE: Record<Metric, Record<Part, (row: EpochRow) => number>> = {
  loss: { train: (row) => row.lossTrain, valid: (row) => row.lossValid },
  auc: { train: (row) => row.aucTrain, valid: (row) => row.aucValid },
  accuracy: { train: (row) => row.accuracyTrain, valid: (row) => row.accuracyValid },
};

export const METRIC_WORDS = {
  loss: 'Loss',
  auc: 'AUC',
  accuracy: 'Accuracy',
} as const satisfies Record<Metric, string>;

/** How to read the values. */
export const METRIC_NOTES = {
  loss: 'lower is better',
  auc: '0.5 is guessing, 1 is perfect',
  accuracy: 'share of correct verdicts',
} as const satisfies Record<Metric, string>;

export const PART_WORDS = { train: 'training', valid: 'validation' } as const satisfies Record<Part, string>;

interface CurveChoices {
  smoothing: number; // 0..1
  parts: readonly Part[];
  loss?: LossName | null; // only the runs with this loss have values: those of others have other units
}

/** What one chart shows. */
export interface ChartContents {
  key: string;
  metric: Metric;
  title: string;
  loss: LossName | null; // only the runs with this loss; null: all
  parts: readonly Part[];
}

/**
 * The charts of some metrics of runs with these losses. Losses of different kinds have different units, and a loss over labelled images
 * has another formula for validation pairs (Loss.ofPairs): each has its own axis.
 */
export function chartsOf(metrics: readonly Metric[], losses: readonly LossName[], parts: readonly Part[]): ChartContents[] {
  const several = losses.length > 1;
  return metrics.flatMap((metric): ChartContents[] => {
    if (metric !== 'loss') return [{ key: metric, metric, title: METRIC_WORDS[metric], loss: null, parts }];
    return losses.flatMap((loss) =>
      axesOf(loss, parts).map((shown) => {
        const title = several ? sentenceCase(lossInfo(loss).label) : METRIC_WORDS.loss;
        const isPart = shown.length < parts.length;
        return {
          key: `${loss} ${isPart ? shown[0]! : ''}`,
          metric,
          title: isPart ? `${title}, ${PART_WORDS[shown[0]!]}` : title,
          loss: several ? loss : null,
          parts: shown,
        };
      }),
    );
  });
}

/** The parts that can share an axis. */
export const axesOf = (loss: LossName, parts: readonly Part[]): (readonly Part[])[] =>
  lossInfo(loss).samples === 'labelled' ? parts.map((part) => [part]) : [parts];

/** Curves of one metric by epoch. With smoothing, a faint curve of raw values is behind each. */
export function curvesOf(runs: readonly CurveRun[], metric: Metric, o: CurveChoices): CurveSet {
  const last = Math.max(0, ...runs.map(({ epochs }) => epochs.at(-1)?.epoch ?? 0));
  const epochs = Array.from({ length: last }, (_, i) => i + 1);
  const curves = runs.flatMap((run, index) =>
    o.parts.flatMap((part) => {
      const values = new Array<number | null>(last).fill(null);
      for (const row of o.loss && run.loss !== o.loss ? [] : run.epochs) {
        const value = VALUE[metric][part](row);
        values[row.epoch - 1] = Number.isFinite(value) ? value : null;
      }
      const curve: Curve = { run: run.run, name: run.name, order: run.order ?? index, part, faint: false, values };
      return o.smoothing > 0
        ? [
            { ...curve, faint: true },
            { ...curve, values: smooth(values, o.smoothing) },
          ]
        : [curve];
    }),
  );
  return { epochs, curves };
}

const finiteValues = (curves: readonly Curve[]): number[] => curves.flatMap(({ values }) => values.filter((v): v is number => v !== null));

/** The fixed axis of a share; null for losses, which have no upper bound. It starts at 0.5 where possible: a good network's values are close to 1. */
export function shareRange(metric: Metric, curves: readonly Curve[]): [number, number] | null {
  if (metric === 'loss') return null;
  return Math.min(1, ...finiteValues(curves)) > 0.5 ? [0.5, 1.01] : [0, 1.02];
}

/** The range of the value axis: fixed for a share, else the extent of the curves plus a margin. */
export const valueRange = (metric: Metric, curves: readonly Curve[]): [number, number] =>
  shareRange(metric, curves) ?? padRange(...extentOf(finiteValues(curves)));

export interface ReadoutLine {
  run: string;
  name: string;
  order: number;
  part: Part;
  value: number | null; // raw
  best: boolean; // this is the run's best epoch
}

/** Raw values of all curves at one epoch, also where the curves are smoothed. */
export function readout(runs: readonly CurveRun[], metric: Metric, parts: readonly Part[], epoch: number): ReadoutLine[] {
  return runs.flatMap((run, index) => {
    const row = run.epochs.find((r) => r.epoch === epoch);
    if (!row) return [];
    return parts.map((part) => {
      const value = VALUE[metric][part](row);
      return {
        run: run.run,
        name: run.name,
        order: run.order ?? index,
        part,
        value: Number.isFinite(value) ? value : null,
        best: run.bestEpoch === epoch,
      };
    });
  });
}
