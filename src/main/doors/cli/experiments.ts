import type { Command } from 'commander';
import { encoderNameOf } from '../../../shared/encoder-name.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ExperimentRow, FigureName } from '../../../shared/experiment.ts';
import { FIGURES, isTrained } from '../../../shared/experiment.ts';
import {
  experimentDifference,
  experimentName,
  experimentStatusWord,
  figureName,
  figureText,
  meanIntervalMeaning,
  meanIntervalText,
  seedChanges,
  seedNotes,
  seedPrefix,
  seedsText,
  spanText,
  spreadMeaning,
  spreadText,
  trainedText,
} from '../../../shared/experiment-words.ts';
import { countNoun, countText } from '../../../shared/format.ts';
import type { TrainRequest } from '../../../shared/contract.ts';
import { STATUS_WORDS } from '../../../shared/run-words.ts';
import type { Services } from '../../services.ts';
import { workspaceOption } from './data.ts';
import { type Common, addCommonOptions, withServices } from './options.ts';
import { plainSpaces, print, ProgressLine } from './output.ts';
import { measureMaps, progressLines } from './training-progress.ts';

export const isExperiment = (id: unknown): id is string => typeof id === 'string' && /^e\d+$/.test(id);

type TrainingOptions = ReturnType<typeof progressLines>;

interface ExperimentChoice {
  resume: unknown; // as typed
  choices: Readonly<Record<string, unknown>>;
  request: () => Promise<TrainRequest>;
}

/** The experiment that `train` is asked for, stored if it is new; null if it is asked for a single run. */
export async function experimentFor(s: Services, { resume, choices, request }: ExperimentChoice, lines: TrainingOptions): Promise<string | null> {
  if (choices['seed'] !== undefined && choices['seeds'] !== undefined) throw new AppError('usage', 'Give --seed or --seeds, not both.');
  if (resume !== undefined && choices['seeds'] !== undefined) throw new AppError('usage', 'Give --resume or --seeds, not both.');
  if (isExperiment(resume)) {
    const [other] = Object.keys(choices);
    if (other !== undefined)
      throw new AppError('usage', `An experiment resumes with its own settings, so that its seeds stay comparable: leave out --${other}.`);
    return s.experiments.resumable(resume).experiment;
  }
  if (resume !== undefined || choices['seeds'] === undefined) return null;
  const { seeds, ...settings } = await request();
  const created = await s.training.createExperiment({ ...settings, seeds }, seeds!, lines).finally(() => lines.end());
  return created.experiment;
}

/** Trains the seeds of an experiment that are not finished, and evaluates each. Throws as Experiments.train does. */
export async function trainExperiment(
  s: Services,
  id: string,
  { signal, onCreated }: { signal: AbortSignal; onCreated: NonNullable<TrainingOptions['onCreated']> },
): Promise<ExperimentRow> {
  const complete = async (run: string): Promise<void> => {
    await evaluateSeed(s, run, signal);
    await measureMaps(s, { run }, signal);
  };
  try {
    await s.experiments.train(id, {
      trainOne: async (step, train) => {
        const lines = progressLines(signal, { prefix: seedPrefix(step), onCreated });
        const { run } = await train(lines).finally(() => lines.end());
        await complete(run);
      },
      complete: (_, run) => complete(run),
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'cancelled') throw error;
    const row = s.experiments.get(id);
    throw new AppError(
      'cancelled',
      `Cancelled: ${trainedText(row)} trained. Train the others with: twinlens train ${row.dataset} --resume ${id}`,
      {},
      error,
    );
  }
  return s.experiments.get(id);
}

/** Without test pairs a seed has no figures, which is not an error. */
async function evaluateSeed({ evaluation, structures }: Services, run: string, signal: AbortSignal): Promise<void> {
  try {
    await evaluation.evaluateBoth(run, { signal });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bad-dataset') throw error;
  }
  await structures.measureIfCached(run, { signal });
}

/** `evaluate` of an experiment: its trained seeds on today's test pairs. */
export async function evaluateExperiment({ json, workspace }: Common, id: string, neighbours: boolean): Promise<void> {
  const row = await withServices(workspaceOption(workspace), true, `evaluate ${id}`, async (s, signal) => {
    const line = new ProgressLine();
    const trained = s.experiments.get(id).states.filter(isTrained);
    if (trained.length === 0)
      throw new AppError(
        'bad-request',
        `No seed of ${id} is trained to the end. Resume it: train DATASET --resume ${id}. If its seeds failed, start a new experiment with other settings.`,
      );
    try {
      for (const { run, seed } of trained) {
        line.update(`Evaluating seed ${seed}`);
        await s.evaluation.evaluateBoth(run!, { signal });
        if (neighbours) await s.structures.measure(run!, { signal });
      }
    } finally {
      line.end();
    }
    return s.experiments.get(id);
  });
  print(Boolean(json), experimentDocument(row), () => experimentLines(row));
}

/** `compare-runs` of two experiments. Throws AppError 'usage' if only one of the ids is an experiment. */
export async function compareExperiments({ json, workspace }: Common, ids: readonly string[]): Promise<void> {
  const [a, b, ...more] = ids;
  if (!isExperiment(a) || !isExperiment(b) || more.length > 0)
    throw new AppError('usage', 'Give two experiments, or runs only: a mean over seeds and the figure of one run are not compared.');
  const { comparison, names } = await withServices(workspaceOption(workspace), false, `compare-runs ${a}`, (s) =>
    Promise.resolve({ comparison: s.experiments.compare(a, b), names: [a, b].map((id) => experimentName(s.store.experiments.get(id))) }),
  );
  if ('problem' in comparison)
    throw new AppError('bad-request', `Experiments ${a} and ${b} can’t be compared. ${comparison.problem}`, { experiments: [a, b] });
  print(Boolean(json), { experiments: [a, b], ...comparison }, () => experimentDifference(names[0]!, names[1]!, comparison));
}

export function addExperimentsCommand(program: Command): void {
  addCommonOptions(program.command('experiments').description('list the experiments: trainings with several seeds, with mean and spread')).action(
    async ({ workspace, json }: Common) => {
      await withServices(workspaceOption(workspace), false, 'experiments', (s) => {
        const list = s.experiments.list();
        print(Boolean(json), list.map(experimentDocument), () =>
          list.length ? list.map(listLine) : ['No experiments yet. Create one with: twinlens train DATASET --seeds 1,2,3'],
        );
        return Promise.resolve();
      });
    },
  );
}

function listLine(row: ExperimentRow): string {
  const auc = row.spread?.auc;
  return [
    row.experiment,
    experimentStatusWord(row),
    row.dataset,
    encoderNameOf(row.config),
    `seeds ${seedsText(row.seeds)}`,
    auc
      ? `mean test AUC ${plainSpaces(spreadText('auc', auc))} of ${auc.count === row.seeds.length ? '' : `${auc.count} of `}${countNoun(row.seeds.length, 'seed')}`
      : `${trainedText(row)} trained`,
  ].join('\t');
}

export const experimentDocument = (row: ExperimentRow): object => {
  const { experiment, name, dataset, status, seeds, states, spread, on } = row;
  return { experiment, name, dataset, status, seeds, runs: states, spread, on, notes: seedNotes(row) };
};

export function experimentLines(row: ExperimentRow): string[] {
  const { experiment, dataset, spread, on, states, config } = row;
  const shown = FIGURES.flatMap((figure) => {
    const found = spread?.[figure];
    return found ? [{ figure, found, interval: meanIntervalText(figure, found) }] : [];
  });
  return [
    `Experiment ${experiment} on ${dataset}: seeds ${seedsText(row.seeds)}, ${trainedText(row)} trained`,
    ...(on
      ? [
          `  On ${countText(on.pairs)} test pairs; mean ± standard deviation over seeds (smallest to largest), 95 % interval of the mean where seeds differ:`,
        ]
      : []),
    ...shown.map(
      ({ figure, found, interval }) =>
        `  ${figureName(figure)}: ${plainSpaces(spreadText(figure, found))} (${plainSpaces(spanText(figure, found.range))})${interval === null ? '' : `, ${plainSpaces(interval)}`}`,
    ),
    ...states.map((state) => `  ${seedLine(state)}`),
    ...seedNotes(row).map((note) => `  ! ${note}`),
    `  ${seedChanges(config)}`,
    ...(on ? [`  ${spreadMeaning(on)}`] : []),
    ...(spread?.auc ? [`  ${plainSpaces(meanIntervalMeaning(spread.auc))}`] : []),
  ];
}

function seedLine({ seed, run, status, removed, figures }: ExperimentRow['states'][number]): string {
  if (run === null || status === null) return `seed ${seed}: not started`;
  const found = (['auc', 'accuracy', 'eer', 'recall1', 'threshold'] as const satisfies readonly FigureName[]).flatMap((figure) => {
    const value = figures[figure];
    return value === undefined ? [] : [`${figureName(figure)} ${plainSpaces(figureText(figure, value))}`];
  });
  return `seed ${seed}: ${run}, ${[removed ? 'removed' : STATUS_WORDS[status], ...found].join(', ')}`;
}
