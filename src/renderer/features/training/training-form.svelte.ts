import type { TrainRequest } from '../../../shared/contract.ts';
import { AppError } from '../../../shared/errors.ts';
import type { CatalogueItem } from '../../../shared/weights-catalogue.ts';
import type { RunRow, RunConfig } from '../../../shared/run.ts';
import type { TrainingPlan } from '../../../shared/training-plan.ts';
import type { Job } from '../../../shared/job.ts';
import { api } from '../../client/api.ts';
import { choicesOf } from './config-words.ts';
import { isPresetOption, screenWords } from './fields.ts';
import { type Preset, presetChoices, presetOf, suggestedWeights } from './presets.ts';
import { toast } from '../../client/toasts.svelte.ts';

const PLAN_MS = 200; // after the last change
const MEASURE_MS = 900; // a few steps are timed only once the person pauses

/** The choices of the next training. They stay while the person looks elsewhere; what was left out is chosen by the kind of training. */
class TrainingForm {
  dataset = $state<string | null>(null);
  choices = $state.raw<Record<string, unknown>>({});
  plan = $state.raw<TrainingPlan | null>(null);
  /** The last valid configuration: the fields show its defaults, also while one of them has an error. */
  config = $state.raw<RunConfig | null>(null);
  measuring = $state(false);
  catalogue = $state.raw<CatalogueItem[]>([]);
  more = $state(false);
  readonly preset = $derived(presetOf(this.choices));
  readonly pretrained = $derived(this.catalogue.find(({ id }) => id === this.choices['weights']) ?? null);
  readonly problems = $derived(new Map((this.plan?.problems ?? []).map(({ field, message }) => [field ?? '', screenWords(message)])));
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  /** Called when the form is shown. `preset`: for the first time. */
  async open(dataset: string, preset: Preset): Promise<void> {
    this.dataset = dataset;
    try {
      this.catalogue = await api.call('weights.list', {});
    } catch (error) {
      toast.error(error);
    }
    if (Object.keys(this.choices).length === 0) this.use(preset);
    else this.replan(0);
  }

  use(preset: Preset): void {
    this.choices = { ...this.chosen((name) => !isPresetOption(name)), ...presetChoices(preset, this.pretrained ?? suggestedWeights(this.catalogue)) };
    this.replan(0);
  }

  /** undefined: the default of the kind of training. */
  set(changes: Readonly<Record<string, unknown>>): void {
    this.choices = Object.fromEntries(Object.entries({ ...this.choices, ...changes }).filter(([, value]) => value !== undefined));
    this.replan();
  }

  /** The settings of a run, to be trained once more. */
  duplicate(run: RunRow): void {
    this.choices = choicesOf(run.config);
    this.dataset = run.dataset;
    this.replan(0);
  }

  reset(): void {
    this.choices = this.chosen(isPresetOption);
    this.replan();
  }

  private chosen(which: (name: string) => boolean): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.choices).filter(([name]) => which(name)));
  }

  /** Throws what stands in the way, with its field in the details. */
  async start(): Promise<Job> {
    if (this.dataset === null) throw new AppError('bad-request', 'Choose a data set first.');
    return api.call('runs.start', { dataset: this.dataset, ...this.choices } as TrainRequest);
  }

  replan(ms = PLAN_MS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(false), ms);
  }

  private async ask(measure: boolean): Promise<void> {
    if (this.dataset === null) return;
    const mine = ++this.asked;
    this.measuring = measure;
    let willMeasure = false;
    try {
      const plan = await api.call('runs.plan', { choices: { dataset: this.dataset, ...this.choices }, measure });
      if (mine !== this.asked) return;
      this.plan = plan;
      this.config = plan.config ?? this.config;
      const unknown = !measure && plan.problems.length === 0 && plan.estimate === null && plan.waiting === 0;
      if (unknown) this.timer = setTimeout(() => void this.ask(true), MEASURE_MS);
      willMeasure = unknown;
    } catch (error) {
      if (mine === this.asked && !measure) toast.error(error);
    } finally {
      if (mine === this.asked) this.measuring = willMeasure;
    }
  }
}

export const trainingForm = new TrainingForm();
