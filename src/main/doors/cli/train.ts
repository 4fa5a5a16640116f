import { AppError } from '../../../shared/errors.ts';
import { pairListLines } from '../../../shared/pair-list.ts';
import type { Command } from 'commander';
import { bytesText, countText } from '../../../shared/format.ts';
import { type Finding, findingText } from '../../../shared/lint.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { earlyEndSentence, sessionWarnings, stoppedAfter } from '../../../shared/run-words.ts';
import type { Services } from '../../services.ts';
import { type Common, addCommonOptions, parseRequest, withServices } from './options.ts';
import { workspaceOption } from './data.ts';
import { duration, percent, print, ProgressLine } from './output.ts';
import { chooseTrainingDevice, chooseResumeDevice } from './choose-device.ts';
import { chosenOptions, RESUME_FLAGS, trainOptions } from './train-options.ts';

type TrainingOptions = Parameters<Services['training']['start']>[1];

/** Training progress: one line per epoch, and a progress line between them. */
export function progressLines(signal: AbortSignal): TrainingOptions & { end(): void } {
  const line = new ProgressLine();
  return {
    signal,
    end: () => {
      line.end();
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

const warningsOf = (run: RunRecord, findings: readonly Finding[]): string[] => [...sessionWarnings(run.sessions), ...findings.map(findingText)];

export const runSummary = (run: RunRecord, findings: readonly Finding[]): object => ({
  run: run.run,
  epochs: run.epochs.length,
  best: { epoch: run.bestEpoch, auc: run.epochs.find((e) => e.epoch === run.bestEpoch)?.aucValid ?? null },
  stopped: stoppedAfter(run), // the epoch after which a person stopped it
  seconds: run.seconds,
  device: run.config.device,
  engine: run.config.engine,
  warnings: warningsOf(run, findings),
});

async function measureMaps({ compare }: Services, { run }: RunRecord, signal: AbortSignal): Promise<void> {
  const line = new ProgressLine();
  try {
    const onProgress = ({ done, total }: { done: number; total: number }): void =>
      line.update(`Measuring the colour scale of the maps: pair ${done} of ${total}`);
    await compare.scales.measureIfPossible(run, {}, { signal, onProgress });
  } finally {
    line.end();
  }
}

export function addTrainCommand(program: Command): void {
  const command = addCommonOptions(program.command('train <dataset>').description('train a Siamese network on a data set'));
  for (const option of trainOptions()) command.addOption(option);
  command.option('--resume <run>', `continue a run after its last complete epoch (without one, start it again), with ${RESUME_FLAGS} as given`);
  command.option('--keep-best', 'Ctrl+C stops the training and keeps its best epoch, from two epochs on; a second Ctrl+C cancels it');
  command.action(async (dataset: string, options: Common & Record<string, unknown>) => {
    const { workspace, json, resume } = options;
    let running: string | null = null;
    const choices = chosenOptions(options);
    const { run, findings } = await withServices(
      workspaceOption(workspace),
      true,
      `train ${dataset}`,
      async (s, signal) => {
        const lines = { ...progressLines(signal), onCreated: (created: RunRecord) => void (running = created.run) };
        const train = async (): Promise<RunRecord> => {
          if (resume !== undefined) {
            const request = await parseRequest((contract) => contract.ResumeRequest, { run: resume, ...choices });
            return s.training.resume(request.run, await chooseResumeDevice(s, request, signal), lines);
          }
          const request = await parseRequest((contract) => contract.TrainRequest, {
            dataset,
            ...choices,
            ...(choices.pairs === undefined ? {} : { pairs: await addPairs(s, dataset, String(choices.pairs)) }),
            device: choices.device === 'auto' ? undefined : choices.device,
          });
          const chosen = await chooseTrainingDevice(s, request, signal);
          return s.training.start({ ...request, engine: chosen.engine, device: chosen.device }, lines);
        };
        const trained = await train().finally(() => {
          lines.end();
        });
        await measureMaps(s, trained, signal);
        return { run: trained, findings: s.findingsOf(trained) };
      },
      options['keepBest'] === true
        ? async (s) =>
            running === null
              ? false
              : s.training.stop(running).then(
                  () => true,
                  () => false,
                )
        : undefined,
    );
    print(Boolean(json), runSummary(run, findings), () => [
      `Run ${run.run}: best epoch ${run.bestEpoch} of ${run.epochs.length}, ${duration(run.seconds)} on ${run.config.device} (${run.config.engine})`,
      ...[earlyEndSentence(run), ...warningsOf(run, findings)].filter((note) => note !== null).map((note) => `Note: ${note}`),
    ]);
  });
}

/** Reads a file of pairs; returns the id of the list. Rows that can't be used are named on stderr. */
async function addPairs({ rows }: Services, dataset: string, file: string): Promise<string> {
  const found = await rows.addPairList(dataset, file);
  for (const line of pairListLines(found)) process.stderr.write(`${line}\n`);
  if (found.list !== null) return found.list;
  throw new AppError(
    'bad-request',
    `No row of ${found.source} is a usable pair of the data set. ${found.problems[0] ? `Line ${found.problems[0].line}: ${found.problems[0].reason}.` : 'It is empty.'}`,
    { file },
  );
}
