import { chanceText } from '../../../shared/calibration-words.ts';
import { type Command, Option } from 'commander';
import { countText } from '../../../shared/format.ts';
import { dependenceOf, type Randomisation } from '../../../shared/randomisation.ts';
import { correlationText, DEPENDENCE_WORDS, randomisationSentence } from '../../../shared/randomisation-words.ts';
import { baselineSentence } from '../../../shared/difference-words.ts';
import { overText, shareWithInterval } from '../../../shared/interval-words.ts';
import { type Finding, findingText } from '../../../shared/lint.ts';
import type { Interval, Metrics, RunConfig } from '../../../shared/run.ts';
import { meaningOf, sameSentence, unseenText } from '../../../shared/same-meaning.ts';
import type { ThresholdEntry } from '../../../shared/thresholds.ts';
import { thresholdLines } from '../../../shared/threshold-words.ts';
import { cllrSentence } from '../../../shared/likelihood.ts';
import type { Services } from '../../services.ts';
import { AppError } from '../../../shared/errors.ts';
import { workspaceOption } from './data.ts';
import { evaluateExperiment, isExperiment } from './experiments.ts';
import { type Common, addCommonOptions, parseRequest, withServices } from './options.ts';
import { percent, plainSpaces, print, ProgressLine } from './output.ts';
import { structureLines, structureOf } from './structure-lines.ts';

interface Options extends Common {
  split: string;
  redraw?: boolean;
  neighbours: boolean;
}

export function addEvaluateCommand(program: Command): void {
  addCommonOptions(program.command('evaluate <run>').description('evaluate a run, or all seeds of an experiment, on pairs it was not trained on'))
    .addOption(new Option('--split <split>', 'the split whose pairs are used').choices(['test', 'valid']).default('test'))
    .option('--redraw', 'also compare the maps with those of the network with redrawn weights; once a run, takes seconds to minutes')
    .option('--no-neighbours', 'without neighbours and classes, which are computed from all images of the data set')
    .action(async (run: string, { workspace, json, split, redraw = false, neighbours }: Options) => {
      if (isExperiment(run)) {
        if (split !== 'test' || redraw)
          throw new AppError('usage', 'An experiment is evaluated on test pairs only: leave out --split and --redraw, or name one of its runs.');
        await evaluateExperiment({ ...workspaceOption(workspace), ...(json && { json }) }, run, neighbours);
        return;
      }
      const request = await parseRequest((contract) => contract.EvaluateRequest, { run, split });
      const { metrics, structure, lint, randomisation, chosen } = await withServices(
        workspaceOption(workspace),
        true,
        `evaluate ${run}`,
        async (s, signal) => ({
          metrics: await evaluate(s, request, signal),
          structure: neighbours && request.split === 'test' ? await structureOf(s, request.run, signal) : null,
          lint: lintOf(s, request.run),
          chosen: thresholdOf(s, request.run),
          randomisation: redraw ? await redrawWeights(s, request.run, signal) : null,
        }),
      );
      const { roc: _, ...figures } = metrics;
      const { findings, datasetWarnings, config } = lint;
      const meaning = meaningOf(config);
      const document = { run, sameMeans: meaning.noun, ...figures, thresholdChoice: chosen.entry, findings, datasetWarnings };
      print(Boolean(json), { ...document, ...(structure && { structure }), ...(randomisation && { randomisation }) }, () => [
        ...metricsLines(run, metrics),
        ...(metrics.baseline ? [`  ${baselineSentence(metrics.baseline)}`] : []),
        ...(metrics.unseen ? [`  On ${unseenText(metrics, config)}.`] : []),
        ...(meaning.same === 'class' ? [] : [`  ${sameSentence(meaning)}`]),
        ...chosen.lines.map((line) => `  ${line}`),
        ...[...findings.map(findingText), ...datasetWarnings].map((sentence) => `  ! ${sentence}`),
        ...(structure ? structureLines(structure, config) : []),
        ...(metrics.reliability
          ? [`  expected calibration error of the similarity: ${percent(metrics.reliability.error)}${chanceText(metrics.reliability)}`]
          : []),
        ...(metrics.likelihood && metrics.split === 'test' ? [`  ${cllrSentence(metrics.likelihood)}`] : []),
        ...(randomisation ? randomisationLines(randomisation) : []),
      ]);
    });
}

/** What makes the figures doubtful: found in the run, and the warnings about its data set. */
function lintOf({ store, findingsOf }: Services, id: string): { config: RunConfig; findings: Finding[]; datasetWarnings: string[] } {
  const run = store.runs.get(id);
  return { config: run.config, findings: findingsOf(run), datasetWarnings: store.datasets.get(run.dataset).warnings };
}

function evaluate({ evaluation }: Services, { run, split }: { run: string; split: 'test' | 'valid' }, signal: AbortSignal): Promise<Metrics> {
  const line = new ProgressLine();
  const onProgress = ({ done, total }: { done: number; total: number }): void =>
    line.update(`Reading images: ${countText(done)} of ${countText(total)}`);
  const o = { signal, onProgress };
  return (split === 'test' ? evaluation.evaluateBoth(run, o) : evaluation.evaluate(run, split, o)).finally(() => line.end());
}

export function metricsLines(run: string, { split, pairs, auc, accuracy, threshold, confusion, eer, intervals }: Metrics): string[] {
  const [[tn, fp], [fn, tp]] = confusion;
  const share = (value: number, interval: Interval | undefined): string => plainSpaces(shareWithInterval(value, interval));
  const of = intervals ? ` (95 % interval ${intervals.auc.map((x) => x.toFixed(4)).join(' to ')}, ${overText(intervals)})` : '';
  return [
    `Run ${run} on ${countText(pairs)} ${split} pairs: AUC ${auc.toFixed(4)}${of}, accuracy ${share(accuracy, intervals?.accuracy)} at the threshold ${threshold.toFixed(4)}, EER ${share(eer, intervals?.eer)}`,
    `  same pairs: ${countText(tn)} predicted same, ${countText(fp)} predicted different: ${share(fp / (tn + fp), intervals?.falseDifferent)}`,
    `  different pairs: ${countText(tp)} predicted different, ${countText(fn)} predicted same: ${share(fn / (fn + tp), intervals?.falseSame)}`,
  ];
}

/** The threshold in force and how it was chosen. */
function thresholdOf({ thresholds, store }: Services, id: string): { entry: ThresholdEntry; lines: string[] } {
  const entry = thresholds.history(id)[0]!;
  const { calibration, validDistances } = store.runs.get(id);
  return { entry, lines: thresholdLines(entry, validDistances!, calibration!) };
}

function redrawWeights({ compare }: Services, run: string, signal: AbortSignal): Promise<Randomisation> {
  const line = new ProgressLine();
  const onProgress = ({ done, total }: { done: number; total: number }): void =>
    line.update(`Redrawing weights: explained ${done} of ${total} pairs`);
  return compare.randomisations.measure(run, {}, { signal, onProgress }).finally(() => line.end());
}

function randomisationLines(randomisation: Randomisation): string[] {
  const { sign, words } = DEPENDENCE_WORDS[dependenceOf(randomisation)];
  return [
    `  ${sign} ${words}. ${randomisationSentence(randomisation)}`,
    ...randomisation.steps.map(({ redrawn, mean, low, high }, i) => {
      const [middle, ...range] = [mean, low, high].map(correlationText);
      return `    ${i === 0 ? 'redrawn' : 'and'} ${redrawn}: rank correlation ${middle} (10 to 90 % of the maps: ${range.join(' to ')})`;
    }),
  ];
}
