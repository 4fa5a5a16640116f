import { AppError } from '../../../shared/errors.ts';
import type { Command } from 'commander';
import type { TrainRequest } from '../../../shared/contract.ts';
import { encoderMapsSentence } from '../../../shared/explanation-methods.ts';
import { type Finding, findingText } from '../../../shared/lint.ts';
import { hasEpochs, lossInfo } from '../../../shared/losses.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { earlyEndSentence, sessionWarnings, stoppedAfter } from '../../../shared/run-words.ts';
import type { Services } from '../../services.ts';
import { experimentDocument, experimentFor, experimentLines, isExperiment, trainExperiment } from './experiments.ts';
import { type Common, addCommonOptions, parseRequest, withServices } from './options.ts';
import { workspaceOption } from './data.ts';
import { duration, print } from './output.ts';
import { addPairs } from './pair-file.ts';
import { chooseTrainingDevice, chooseResumeDevice } from './choose-device.ts';
import { assertUsed, chosenOptions, RESUME_FLAGS, trainOptions } from './train-options.ts';
import { measureMaps, progressLines } from './training-progress.ts';

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

export function addTrainCommand(program: Command): void {
  const command = addCommonOptions(program.command('train <dataset>').description('train a Siamese network on a data set'));
  for (const option of trainOptions()) command.addOption(option);
  command.option(
    '--resume <run>',
    `continue a run after its last complete epoch (without one, start it again), with ${RESUME_FLAGS} as given; or the unfinished seeds of an experiment`,
  );
  command.option(
    '--keep-best',
    'Ctrl+C stops the training and keeps its best epoch, from two epochs on; a second Ctrl+C cancels it. With --seeds it stops one seed, and the next one follows',
  );
  command.action(async (dataset: string, options: Common & Record<string, unknown>) => {
    const { workspace, json, resume } = options;
    let running: string | null = null;
    const choices = chosenOptions(options);
    assertUsed(choices);
    const setRunning = (created: RunRecord): void => void (running = created.run);
    const trained = await withServices(
      workspaceOption(workspace),
      true,
      `train ${dataset}`,
      async (s, signal) => {
        const lines = progressLines(signal, { onCreated: setRunning });
        const request = async (): Promise<TrainRequest> => {
          const parsed = await parseRequest((contract) => contract.TrainRequest, {
            dataset,
            ...choices,
            ...(choices.pairs === undefined ? {} : { pairs: await addPairs(s, dataset, String(choices.pairs)) }),
            device: choices.device === 'auto' ? undefined : choices.device,
          });
          const { engine, device } = await chooseTrainingDevice(s, parsed, signal);
          return { ...parsed, engine, device };
        };
        if (resume !== undefined) assertOfDataset(s, String(resume), dataset);
        const experiment = await experimentFor(s, { resume, choices, request }, lines);
        if (experiment !== null) return trainExperiment(s, experiment, { signal, onCreated: setRunning });
        const train = async (): Promise<RunRecord> => {
          if (resume !== undefined) {
            const resumed = await parseRequest((contract) => contract.ResumeRequest, { run: resume, ...choices });
            return s.training.resume(resumed.run, await chooseResumeDevice(s, resumed, signal), lines);
          }
          return s.training.start(await request(), lines);
        };
        const run = await train().finally(() => {
          lines.end();
        });
        await measureMaps(s, run, signal);
        return { run, findings: s.findingsOf(run) };
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
    if ('states' in trained) {
      print(Boolean(json), experimentDocument(trained), () => experimentLines(trained));
      return;
    }
    const { run, findings } = trained;
    print(Boolean(json), runSummary(run, findings), () => [
      `Run ${run.run}: ${hasEpochs(run.config) ? `best epoch ${run.bestEpoch} of ${run.epochs.length}` : lossInfo(run.config.loss).label}, ${duration(run.seconds)} on ${run.config.device} (${run.config.engine})`,
      ...[earlyEndSentence(run), encoderMapsSentence(run.config), ...warningsOf(run, findings)]
        .filter((note) => note !== null)
        .map((note) => `Note: ${note}`),
    ]);
  });
}

/** Throws AppError 'usage' if a run or experiment that is to be resumed is of another data set, and 'not-found'. */
function assertOfDataset({ store, experiments }: Services, id: string, dataset: string): void {
  const { dataset: own } = isExperiment(id) ? experiments.get(id) : store.runs.get(id);
  if (own !== dataset) throw new AppError('usage', `${id} was trained on ${own}, not on ${dataset}. Resume it with: train ${own} --resume ${id}`);
}
