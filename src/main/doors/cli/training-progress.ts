import { bytesText, countText } from '../../../shared/format.ts';
import { hasEpochs } from '../../../shared/losses.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { Services } from '../../services.ts';
import { duration, percent, ProgressLine } from './output.ts';

type TrainingOptions = Parameters<Services['training']['start']>[1];

/** Training progress: one line per epoch, and a progress line between them. `prefix`: of each line. */
export function progressLines(
  signal: AbortSignal,
  { prefix = '', onCreated }: { prefix?: string; onCreated?: (run: RunRecord) => void } = {},
): TrainingOptions & { end(): void } {
  let epochs = true;
  const output = new ProgressLine();
  const line = { update: (text: string) => output.update(prefix + text), printLine: (text: string) => output.printLine(prefix + text) };
  return {
    signal,
    onCreated: (run) => {
      epochs = hasEpochs(run.config);
      onCreated?.(run);
    },
    end: () => {
      output.end();
    },
    onProgress: (p) => {
      switch (p.kind) {
        case 'download':
          line.update(`Downloading ${p.file}: ${bytesText(p.received)}${p.total ? ` of ${bytesText(p.total)}` : ''}`);
          return;
        case 'prepare':
          line.update(`Preparing images: ${countText(p.done)} of ${countText(p.total)}`);
          return;
        case 'step':
          line.update(
            `Epoch ${p.epoch} of ${p.epochs}: pair ${countText(p.done)} of ${countText(p.total)}, loss ${p.loss.toFixed(4)}, ${countText(Math.round(p.imagesPerSecond))} images/s, ${duration(p.secondsLeft)} left`,
          );
          return;
        case 'parts':
          line.printLine(
            `Not enough memory for whole steps: computing them in parts of at most ${p.partPairs === 1 ? '1 pair' : `${p.partPairs} pairs`}. The results are the same.`,
          );
          return;
        case 'restart':
          line.printLine('No epoch of this run was finished: training starts again with the same settings.');
          return;
        case 'recovered':
          line.printLine(`Epoch ${p.row.epoch} was complete before the interruption: restored from the checkpoint.`);
          return;
        case 'epoch': {
          const { row } = p;
          if (!epochs) {
            line.printLine(
              `Linear probe: loss ${row.lossTrain.toFixed(4)}, validation loss ${row.lossValid.toFixed(4)}, AUC ${row.aucValid.toFixed(4)}, accuracy ${percent(row.accuracyValid)}`,
            );
            return;
          }
          line.printLine(
            `Epoch ${row.epoch}: loss ${row.lossTrain.toFixed(4)}, validation loss ${row.lossValid.toFixed(4)}, AUC ${row.aucValid.toFixed(4)}${row.best ? ' (best)' : ''}, accuracy ${percent(row.accuracyValid)}, ${countText(Math.round(row.imagesPerSecond))} images/s, ${duration(p.secondsLeft)} left`,
          );
          return;
        }
        default:
          p satisfies never;
      }
    },
  };
}

export async function measureMaps({ compare }: Services, { run }: Pick<RunRecord, 'run'>, signal: AbortSignal): Promise<void> {
  const line = new ProgressLine();
  try {
    const onProgress = ({ done, total }: { done: number; total: number }): void =>
      line.update(`Measuring the colour scale of the maps: pair ${done} of ${total}`);
    await compare.scales.measureIfPossible(run, {}, { signal, onProgress });
  } finally {
    line.end();
  }
}
