import type { BackboneName } from '../../../shared/backbones.ts';
import { asAppError } from '../../../shared/errors.ts';
import type { WeightsInspection } from '../../../shared/shelf.ts';
import { api } from '../../client/api.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { models } from '../../client/models.svelte.ts';

/** A model that a person is about to add: its file, what was found in it, and what they change of that. */
export class ModelDraft {
  title = $state('');
  licence = $state('');
  weights = $state.raw<WeightsInspection | null>(null);
  error = $state<string | null>(null);
  busy = $state(false);
  private typedPath = $state('');
  private readPath = $state<string | null>(null);
  private job = $state<string | null>(null); // that adds it
  private latest = 0;

  get path(): string {
    return this.typedPath;
  }

  set path(path: string) {
    this.typedPath = path;
    this.error = null;
    if (path.trim() !== this.readPath) this.weights = null;
  }

  /** Whether what was found is of the path that is shown. */
  readonly isRead = $derived(this.weights !== null);
  readonly canAdd = $derived(this.weights?.backbone != null && this.weights.problem === null && this.title.trim() !== '');
  readonly jobText = $derived.by(() => {
    const job = jobs.running.find((one) => one.job === this.job);
    return job ? jobs.textOf(job) : null;
  });

  async read(path: string): Promise<void> {
    this.path = path.trim();
    this.readPath = this.path;
    await this.inspect({ path: this.path }, ({ title, licence }) => {
      this.title = title;
      this.licence = licence ?? '';
    });
  }

  useBackbone(backbone: BackboneName): Promise<void> {
    return this.inspect({ path: this.path, backbone }, () => undefined);
  }

  /** Adds the model. Returns its title; null after a failure, which is in `error`. */
  async add(): Promise<string | null> {
    const backbone = this.weights?.backbone;
    if (backbone == null || !this.canAdd) return null;
    const title = this.title.trim();
    this.busy = true;
    this.error = null;
    try {
      const job = await api.call('weights.add', { path: this.path, backbone, title, licence: this.licence.trim() || null });
      this.job = job.job;
      await jobs.result(job);
      await models.load();
      return title;
    } catch (error) {
      this.error = asAppError(error).message;
      return null;
    } finally {
      this.job = null;
      this.busy = false;
    }
  }

  /** Cancels the job that adds it, if it runs. */
  cancel(): void {
    this.latest += 1;
    if (this.job !== null) void jobs.cancel(this.job);
  }

  private async inspect(input: { path: string; backbone?: BackboneName }, take: (found: WeightsInspection) => void): Promise<void> {
    const own = ++this.latest;
    this.busy = true;
    this.error = null;
    try {
      const found = await api.call('weights.inspect', input);
      if (own !== this.latest) return;
      this.weights = found;
      take(found);
    } catch (error) {
      if (own === this.latest) this.error = asAppError(error).message;
    } finally {
      if (own === this.latest) this.busy = false;
    }
  }
}
