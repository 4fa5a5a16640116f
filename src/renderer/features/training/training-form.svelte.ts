import type { TrainRequest } from '../../../shared/contract.ts';
import type { ExperimentRow } from '../../../shared/experiment.ts';
import { experimentName } from '../../../shared/experiment-words.ts';
import { AppError } from '../../../shared/errors.ts';
import { runName } from '../../../shared/run-words.ts';
import type { RunRow, RunConfig } from '../../../shared/run.ts';
import type { TrainingPlan } from '../../../shared/training-plan.ts';
import { TRAINING_OPTIONS } from '../../../shared/training-options/table.ts';
import type { Job } from '../../../shared/job.ts';
import { api } from '../../client/api.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { models } from '../../client/models.svelte.ts';
import { isRecord } from '../../client/stored-choices.ts';
import { viewChoices } from '../../client/view-choices.ts';
import { choicesOf } from './config-words.ts';
import { DownloadCheck } from './download-check.svelte.ts';
import { afterBackbone, afterLoss, backboneOf, isMoreOption, isPresetOption, withLoss } from './fields.ts';
import { type Preset, presetChoices, presetOf, suggestedWeights } from './presets.ts';
import { toast } from '../../client/toasts.svelte.ts';

const SEEDS = TRAINING_OPTIONS.seed.several.name;

const PLAN_MS = 200; // after the last change
const MEASURE_MS = 900; // measuring runs training steps, so it waits for a longer pause

/** The stored choices that are options now; the plan says which values are out of range. */
function storedTraining(stored: unknown): Record<string, unknown> {
  if (!isRecord(stored)) return {};
  return Object.fromEntries(Object.entries(stored).filter(([name]) => name in TRAINING_OPTIONS || name === SEEDS));
}

/** Choices for the next training, retained while other views are open and over a reload. Other options get the defaults of the kind of training. */
class TrainingForm {
  dataset = $state<string | null>(null);
  choices = $state.raw<Record<string, unknown>>({});
  plan = $state.raw<TrainingPlan | null>(null);
  /** The last valid configuration: source of the defaults that the fields show, even while one has an error. */
  config = $state.raw<RunConfig | null>(null);
  measuring = $state(false);
  moreOpen = $state(false);
  /** The run whose settings were copied, by name. */
  source = $state.raw<{ name: string; choices: Readonly<Record<string, unknown>> } | null>(null);
  /** The options under "More settings" that differ from the copied run's, else from the defaults. */
  readonly changed = $derived(
    [...new Set([...Object.keys(this.choices), ...Object.keys(this.source?.choices ?? {})])].filter(
      (name) => isMoreOption(name) && !isPresetOption(name) && !(this.source && this.isCopied(name)),
    ),
  );
  readonly preset = $derived(presetOf(this.choices));
  /** The chosen weights of the shelf; null without weights, and for a weights file. */
  readonly pretrained = $derived(models.byId(this.choices['weights']));
  readonly backbone = $derived(backboneOf(this.choices));
  private readonly download = new DownloadCheck();
  readonly downloadProblem = $derived(this.download.problemOf(this.pretrained));
  private offlineStart = $state.raw<{ choices: object; problem: string } | null>(null);
  /** Why the form began without weights; null once anything was chosen. */
  readonly offlineNote = $derived(this.offlineStart?.choices === this.choices ? this.offlineStart.problem : null);
  readonly problems = $derived(
    new Map([
      ...(this.downloadProblem === null ? [] : [['weights', this.downloadProblem] as const]),
      ...(this.plan?.problems ?? []).map(({ field, message }) => [field ?? '', message] as const),
    ]),
  );
  readonly fixes = $derived(new Map((this.plan?.problems ?? []).flatMap(({ field, fix }) => (fix ? [[field ?? '', fix] as const] : []))));
  private timer: ReturnType<typeof setTimeout> | undefined;
  private latestRequest = 0;

  /** Takes another data set, that of the sidebar. The other choices stay. */
  follow(dataset: string): void {
    if (dataset === this.dataset) return;
    this.dataset = dataset;
    this.replan(0);
  }

  /** Called when the form is shown. `preset`: applied the first time, and where it began without weights and some are here now. */
  async open(preset: Preset): Promise<void> {
    await models.load();
    if (Object.keys(this.choices).length === 0) this.choices = storedTraining(viewChoices.read('new-training'));
    const isFirst = Object.keys(this.choices).length === 0 || (this.offlineNote !== null && suggestedWeights(models.list)?.state === 'here');
    if (isFirst) this.choices = this.withPreset(preset);
    this.replan(0);
    const opened = this.choices;
    await this.checkDownload();
    if (isFirst && this.downloadProblem !== null && this.choices === opened) this.beginOffline(this.downloadProblem);
  }

  /** What the form begins with where the weights that it would suggest can't be downloaded. */
  private beginOffline(problem: string): void {
    this.choices = this.withPreset('patches');
    this.offlineStart = { choices: this.choices, problem };
    this.replan(0);
  }

  applyPreset(preset: Preset): void {
    this.change(this.withPreset(preset), 0);
  }

  private withPreset(preset: Preset): Record<string, unknown> {
    const chosen = presetChoices(preset, this.pretrained ?? suggestedWeights(models.list));
    return afterBackbone({ ...this.filterChoices((name) => !isPresetOption(name)), ...chosen });
  }

  /** Sets choices; undefined: the default of the kind of training. */
  set(changes: Readonly<Record<string, unknown>>): void {
    // These have no field then.
    const hidden =
      'same' in changes
        ? { ...(changes['same'] !== 'group' && { negatives: undefined }), ...(changes['same'] !== 'pairs' && { pairs: undefined }) }
        : {};
    const seeds = { ...(changes['seed'] !== undefined && { [SEEDS]: undefined }), ...(changes[SEEDS] !== undefined && { seed: undefined }) }; // one or several
    const all = { ...this.choices, ...changes, ...hidden, ...seeds };
    const choices = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const possible = 'backbone' in changes ? afterBackbone(choices) : choices;
    this.change('loss' in changes ? afterLoss(possible) : possible);
  }

  /** Copies the settings of a run, and chooses its data set for all views. */
  duplicate(run: RunRow): void {
    this.copy(runName(run), run.dataset, choicesOf(run.config));
  }

  /** The same of an experiment, with its seeds. */
  duplicateExperiment(row: ExperimentRow): void {
    const { seed: _, ...choices } = choicesOf(row.config);
    this.copy(experimentName(row), row.dataset, { ...choices, seeds: row.seeds });
  }

  private copy(name: string, dataset: string, choices: Record<string, unknown>): void {
    this.source = { name, choices };
    this.dataset = dataset;
    datasets.choose(dataset);
    this.change(choices, 0);
  }

  /** Whether an option has the value of the run whose settings were copied. */
  isCopied(name: string): boolean {
    return this.source !== null && JSON.stringify(this.choices[name]) === JSON.stringify(this.source.choices[name]);
  }

  reset(): void {
    this.source = null;
    this.change(this.filterChoices((name) => isPresetOption(name) || !isMoreOption(name)));
  }

  /** Takes what a person chose. */
  private change(choices: Record<string, unknown>, ms?: number): void {
    this.choices = withLoss(choices);
    viewChoices.store('new-training', this.choices);
    this.replan(ms);
    void this.checkDownload();
  }

  /** Asks whether the chosen weights can be downloaded, unless they are here. `again`: even if that is known since less than a minute. */
  checkDownload(again = false): Promise<void> {
    return this.download.check(this.pretrained, again);
  }

  /** Resolves when it is known whether the chosen weights can be downloaded. */
  downloadChecked(): Promise<void> {
    return this.download.ready();
  }

  private filterChoices(keep: (name: string) => boolean): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.choices).filter(([name]) => keep(name)));
  }

  /** Starts the training. Throws the first problem, with its field in the details. */
  async start(): Promise<Job> {
    if (this.dataset === null) throw new AppError('bad-request', 'Choose a data set first.');
    const job = await api.call('runs.start', { dataset: this.dataset, ...this.choices } as TrainRequest);
    viewChoices.store('new-training', null); // the run has them now
    return job;
  }

  replan(ms = PLAN_MS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.loadPlan(false), ms);
  }

  private async loadPlan(measure: boolean): Promise<void> {
    if (this.dataset === null) return;
    const request = ++this.latestRequest;
    this.measuring = measure;
    let willMeasure = false;
    try {
      const plan = await api.call('runs.plan', { choices: { dataset: this.dataset, ...this.choices }, measure });
      if (request !== this.latestRequest) return;
      this.plan = plan;
      this.config = plan.config ?? this.config;
      const unknown = !measure && plan.problems.length === 0 && plan.estimate === null && plan.waiting === 0;
      if (unknown) this.timer = setTimeout(() => void this.loadPlan(true), MEASURE_MS);
      willMeasure = unknown;
    } catch (error) {
      if (request === this.latestRequest && !measure) toast.error(error);
    } finally {
      if (request === this.latestRequest) this.measuring = willMeasure;
    }
  }
}

export const trainingForm = new TrainingForm();
