import { axisEnd } from '../../../shared/charts/histogram.ts';
import { type PairDistances, type ThresholdChoice, type ThresholdEntry, thresholdFor, type ThresholdRule } from '../../../shared/thresholds.ts';
import type { Calibration, RunRow } from '../../../shared/run.ts';
import { api } from '../../client/api.ts';
import { toast } from '../../client/toasts.svelte.ts';
import { thresholdAfter } from './threshold-keys.ts';

/** A threshold that a person tries on the validation pairs of a run before choosing it. */
export class ThresholdDraft {
  rule = $state<ThresholdRule>('even');
  limit = $state(5); // %
  falseSame = $state(1); // costs
  falseDifferent = $state(1);
  value = $state(0); // of the rule 'value'
  reason = $state('');
  saving = $state(false);
  history = $state<ThresholdEntry[]>([]);
  error = $state<string | null>(null); // of the history
  readonly run: () => RunRow;
  readonly valid: PairDistances;

  constructor(run: () => RunRow) {
    this.run = run;
    const { validDistances, calibration } = run();
    this.valid = validDistances!;
    this.value = calibration!.threshold;
    this.rule = 'value';
  }

  readonly calibration = $derived.by<Calibration>(() => this.run().calibration!);
  /** The end of the chart's axis. */
  readonly end = $derived.by(() => axisEnd(this.valid, this.calibration.threshold));
  readonly choice = $derived.by<ThresholdChoice>(() => {
    const { rule, limit, falseSame, falseDifferent, value } = this;
    if (rule === 'false-same' || rule === 'false-different') return { rule, limit: limit / 100 };
    if (rule === 'costs') return { rule, falseSame, falseDifferent };
    return rule === 'value' ? { rule, threshold: value } : { rule };
  });
  /** The threshold of the choice, or why it has none. */
  readonly result = $derived.by<{ threshold: number; problem: string | null }>(() => {
    try {
      const problem = this.inputProblem();
      if (problem !== null) return { threshold: this.calibration.threshold, problem };
      return { threshold: thresholdFor(this.choice, this.valid, this.calibration), problem: null };
    } catch (error) {
      return { threshold: this.calibration.threshold, problem: (error as Error).message };
    }
  });
  readonly isChanged = $derived(this.result.threshold !== this.calibration.threshold);

  private inputProblem(): string | null {
    const { rule, limit, falseSame, falseDifferent, value } = this;
    if (rule === 'value' && !(value >= 0 && Number.isFinite(value))) return 'The threshold must be a number from 0.';
    if ((rule === 'false-same' || rule === 'false-different') && !(limit >= 0 && limit <= 100)) return 'The ceiling must be 0 to 100 %.';
    if (rule === 'costs' && !(falseSame > 0 && falseDifferent > 0)) return 'Both costs must be above 0.';
    return null;
  }

  /** Tries a threshold by hand. */
  set(threshold: number): void {
    this.rule = 'value';
    this.value = Number(Math.min(Math.max(threshold, 0), this.end).toPrecision(6));
  }

  /** Moves the threshold by a key (thresholdAfter). Returns whether it did. */
  press(key: string): boolean {
    const to = thresholdAfter(key, this.result.threshold, this.end);
    if (to !== null) this.set(to);
    return to !== null;
  }

  async load(): Promise<void> {
    const isUntouched = this.rule === 'value' && !this.isChanged;
    try {
      this.history = await api.call('runs.thresholds', { run: this.run().run });
      this.error = null;
      if (isUntouched) this.reset();
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  private showExactly(threshold: number): void {
    this.rule = 'value';
    this.value = threshold;
  }

  /** Drops what was tried: shows what is in force. */
  reset(): void {
    const inForce = this.history[0];
    if (inForce?.threshold === this.calibration.threshold) this.show(inForce);
    else this.showExactly(this.calibration.threshold);
  }

  /** Shows the rule of a stored choice, or its threshold alone where the rule gives another one on these pairs. */
  private show({ threshold, choice }: ThresholdEntry): void {
    this.showExactly(threshold);
    if (choice.rule === 'balanced') return;
    if ('limit' in choice) this.limit = Number((choice.limit * 100).toPrecision(12));
    if (choice.rule === 'costs') ({ falseSame: this.falseSame, falseDifferent: this.falseDifferent } = choice);
    this.rule = choice.rule;
    if (this.result.threshold !== threshold) this.rule = 'value';
  }

  apply = (): Promise<void> =>
    this.store(() => api.call('runs.setThreshold', { run: this.run().run, choice: this.choice, reason: this.reason }), 'Threshold chosen.');

  restore = (entry: number): Promise<void> =>
    this.store(() => api.call('runs.restoreThreshold', { run: this.run().run, entry }), 'Earlier threshold restored.');

  private async store(work: () => Promise<ThresholdEntry[]>, done: string): Promise<void> {
    const before = this.history[0]?.entry;
    this.saving = true;
    try {
      this.history = await work();
      this.reason = '';
      this.show(this.history[0]!);
      if (before === undefined) toast.info(done);
      else toast.undoable(done, () => this.restore(before));
    } catch (error) {
      toast.error(error);
    } finally {
      this.saving = false;
    }
  }
}
