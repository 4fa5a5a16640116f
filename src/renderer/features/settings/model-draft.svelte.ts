import type { BackboneName } from '../../../shared/backbones.ts';
import type { CallInput } from '../../../shared/contract.ts';
import type { EncoderInspection } from '../../../shared/encoder-inspection.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { Job } from '../../../shared/job.ts';
import type { WeightsInspection } from '../../../shared/shelf.ts';
import { api } from '../../client/api.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { models } from '../../client/models.svelte.ts';

type EncoderChoices = NonNullable<CallInput<'models.add'>['choices']>;

/** What was found at a path: weights of a network that Twinlens has, or an encoder in an ONNX file. */
type Found = { kind: 'weights'; weights: WeightsInspection } | { kind: 'onnx'; onnx: EncoderInspection };

/** A model that a person is about to add: its file, what was found in it, and what they change of that. */
export class ModelDraft {
  title = $state('');
  licence = $state('');
  id = $state(''); // of an encoder
  found = $state.raw<Found | null>(null);
  choices = $state.raw<EncoderChoices>({}); // of how an ONNX file is read
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
    if (path.trim() !== this.readPath) this.found = null;
  }

  /** Whether what was found can be added as it is. */
  readonly canAdd = $derived.by(() => {
    if (this.title.trim() === '' || this.found === null) return false;
    return this.found.kind === 'onnx' ? this.found.onnx.draft !== null : this.found.weights.backbone !== null && this.found.weights.problem === null;
  });
  readonly jobText = $derived.by(() => {
    const job = jobs.running.find((one) => one.job === this.job);
    return job ? jobs.textOf(job) : null;
  });

  /** Reads what is at a path. */
  async read(path: string): Promise<void> {
    this.path = path.trim();
    this.readPath = this.path;
    this.choices = {};
    await this.inspect(
      () => this.findIn(this.path),
      (found) => {
        const { title, licence } =
          found.kind === 'weights' ? found.weights : { title: found.onnx.draft?.title ?? '', licence: found.onnx.draft?.licence };
        this.title = title;
        this.licence = licence ?? '';
        this.id = found.kind === 'onnx' ? (found.onnx.draft?.id ?? '') : '';
      },
    );
  }

  /** Checks a weights file against another network. */
  useBackbone(backbone: BackboneName): Promise<void> {
    return this.inspect(async () => ({ kind: 'weights', weights: await api.call('weights.inspect', { path: this.path, backbone }) }));
  }

  /** Reads an ONNX file in another way; undefined: as its files state it. */
  choose(changes: { [K in keyof EncoderChoices]: EncoderChoices[K] | undefined }): Promise<void> {
    const all = Object.entries({ ...this.choices, ...changes }).filter(([, value]) => value !== undefined);
    this.choices = Object.fromEntries(all);
    return this.inspect(() => this.inspectOnnx(this.path));
  }

  /** Adds the model. Returns its title; null after a failure, which is in `error`. */
  async add(): Promise<string | null> {
    if (!this.canAdd) return null;
    const title = this.title.trim();
    this.busy = true;
    this.error = null;
    try {
      const job = await this.startAdding(title);
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

  private startAdding(title: string): Promise<Job> {
    const licence = this.licence.trim();
    if (this.found?.kind === 'weights')
      return api.call('weights.add', { path: this.path, backbone: this.found.weights.backbone!, title, licence: licence || null });
    const id = this.id.trim();
    return api.call('models.add', { path: this.path, choices: { ...this.choices, title, ...(licence && { licence }), ...(id && { id }) } });
  }

  /** A folder can have both kinds: its weights count if they are of a network that Twinlens has. */
  private async findIn(path: string): Promise<Found> {
    if (/\.onnx$/i.test(path)) return this.inspectOnnx(path);
    const weights = await api.call('weights.inspect', { path }).catch((error: unknown) => asAppError(error));
    const isFolder = !/\.[a-z]\w*$/i.test(path) || path.endsWith('/') || path.endsWith('\\');
    if (weights instanceof AppError && !isFolder) throw weights;
    if (!(weights instanceof AppError) && (weights.problem === null || !isFolder)) return { kind: 'weights', weights };
    const encoder = await this.inspectOnnx(path).catch((error: unknown) => asAppError(error));
    if (!(encoder instanceof AppError)) return encoder;
    if (weights instanceof AppError) throw encoder;
    return { kind: 'weights', weights };
  }

  private async inspectOnnx(path: string): Promise<Found> {
    return { kind: 'onnx', onnx: await api.call('models.inspect', { path, choices: this.choices }) };
  }

  private async inspect(work: () => Promise<Found>, take: (found: Found) => void = () => undefined): Promise<void> {
    const own = ++this.latest;
    this.busy = true;
    this.error = null;
    try {
      const found = await work();
      if (own !== this.latest) return;
      this.found = found;
      take(found);
    } catch (error) {
      if (own === this.latest) this.error = asAppError(error).message;
    } finally {
      if (own === this.latest) this.busy = false;
    }
  }
}
