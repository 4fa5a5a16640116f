import { SvelteSet } from 'svelte/reactivity';
import {
  contextOf,
  type DatasetQuality,
  flagsIn,
  flagsOfDataset,
  QUALITY_FLAGS,
  QUALITY_INFO,
  type QualityFlag,
  type QualityThresholds,
  thresholdsFor,
} from '../../../../shared/quality.ts';
import { FLAG_WORDS } from '../../../../shared/quality-words.ts';
import { imagesText } from '../../../client/image-words.ts';
import { api } from '../../../client/api.ts';
import type { Curator } from '../../../client/curation/curator.svelte.ts';
import { toast } from '../../../client/toasts.svelte.ts';
import { flaggedRows, rowsAtBorder } from './flag-list.ts';

const AT_BORDER = 24; // images on each side of the threshold

/** The quality flags of a data set: thresholds that can be tried, and the images that the chosen flags list. */
export class QualityState {
  data = $state.raw<DatasetQuality | null>(null);
  /** Flags whose images are listed. */
  readonly flags = new SvelteSet<QualityFlag>();
  combine = $state<'any' | 'all'>('any');
  border = $state(false);
  /** The flag whose threshold is shown. */
  current = $state<QualityFlag>('blurred');
  private tried = $state.raw<Partial<QualityThresholds>>({}); // while a slider moves
  private earlier = $state.raw<{ flag: QualityFlag; threshold: number | null }[]>([]); // to undo changes of thresholds
  private readonly chosen = $derived<Partial<QualityThresholds>>({ ...this.data?.chosen, ...this.tried });
  readonly context = $derived(contextOf(this.data ?? { numbers: new Float32Array() }, this.chosen.grey ?? QUALITY_INFO.grey.threshold));
  readonly thresholds = $derived(thresholdsFor(this.chosen, this.context));
  private readonly bits = $derived(this.data ? flagsOfDataset(this.data, this.thresholds, this.context) : new Uint8Array());
  private readonly curator: Curator;

  constructor(curator: Curator) {
    this.curator = curator;
  }

  /** Included images of each flag. */
  readonly counts = $derived.by(() => {
    const counts = Object.fromEntries(QUALITY_FLAGS.map((flag) => [flag, 0])) as Record<QualityFlag, number>;
    for (const [i, own] of this.bits.entries()) if (own !== 0 && !this.isExcluded(i)) for (const flag of flagsIn(own)) counts[flag]++;
    return counts;
  });

  private readonly found = $derived.by((): number[] => {
    const { data, current } = this;
    if (!data) return [];
    if (this.border) return rowsAtBorder(data, current, this.thresholds[current], AT_BORDER);
    return flaggedRows(data, this.bits, {
      flags: this.flags.size > 0 ? [...this.flags] : QUALITY_FLAGS,
      combine: this.flags.size > 0 ? this.combine : 'any',
      order: current,
    });
  });
  /** Row numbers of the listed images. Excluded ones are left out. */
  readonly rows = $derived(this.found.filter((i) => !this.isExcluded(i)));
  readonly ids = $derived(this.rows.map((i) => this.data!.ids[i]!));
  readonly hidden = $derived(this.found.length - this.rows.length);

  /** Loads now and after each change. Returns the function that ends it. */
  follow(): () => void {
    let latest = 0;
    const load = (): void => {
      const own = ++latest;
      api
        .call('quality.get', { dataset: this.curator.dataset })
        .then((data) => own === latest && (this.data = data))
        .catch((error: unknown) => own === latest && toast.error(error));
    };
    load();
    const stop = api.on('changed', ({ what, id }) => {
      if ((what === 'quality' || what === 'embeddings') && id === this.curator.dataset) load();
    });
    const stopJobs = api.on('job', ({ kind, subject, status }) => {
      if (kind === 'embed' && subject === this.curator.dataset && status !== 'running') load();
    });
    return () => {
      latest = -1;
      stop();
      stopJobs();
    };
  }

  /** Lists or no longer lists the images of a flag, and shows its threshold. */
  toggle(flag: QualityFlag): void {
    if (!this.flags.delete(flag)) this.flags.add(flag);
    this.current = flag;
  }

  /** Shows what a threshold would list. `store` keeps it. */
  try(threshold: number): void {
    this.tried = { [this.current]: threshold };
  }

  get isChanged(): boolean {
    return this.data?.chosen[this.current] !== undefined;
  }
  get canUndo(): boolean {
    return this.earlier.some(({ flag }) => flag === this.current);
  }

  /** null: the default. */
  async store(threshold: number | null): Promise<void> {
    const flag = this.current;
    const before = this.data?.chosen[flag] ?? null;
    if (await this.send(flag, threshold)) this.earlier = [...this.earlier, { flag, threshold: before }];
  }

  async undo(): Promise<void> {
    const last = this.earlier.findLast(({ flag }) => flag === this.current);
    if (last && (await this.send(last.flag, last.threshold))) this.earlier = this.earlier.filter((one) => one !== last);
  }

  /** Takes the images out of the lists of the current flag, or puts them back. */
  async accept(images: readonly number[], accepted = true): Promise<void> {
    const { dataset } = this.curator;
    const flag = this.current;
    try {
      await api.call('quality.accept', { dataset, flag, images: [...images], accepted });
      if (accepted)
        toast.undoable(`${imagesText(images.length)} no longer listed as ${FLAG_WORDS[flag].name}`, () => this.acceptAgain(flag, images), 'quality');
    } catch (error) {
      toast.error(error);
    }
  }

  private async acceptAgain(flag: QualityFlag, images: readonly number[]): Promise<void> {
    await api
      .call('quality.accept', { dataset: this.curator.dataset, flag, images: [...images], accepted: false })
      .catch((error: unknown) => toast.error(error));
  }

  private async send(flag: QualityFlag, threshold: number | null): Promise<boolean> {
    try {
      await api.call('quality.setThreshold', { dataset: this.curator.dataset, flag, threshold });
      if (this.data) {
        const { [flag]: _, ...others } = this.data.chosen;
        this.data = { ...this.data, chosen: threshold === null ? others : { ...others, [flag]: threshold } };
      }
      return true;
    } catch (error) {
      toast.error(error);
      return false;
    } finally {
      this.tried = {};
    }
  }

  /** As the person sees it now, or as it was loaded. */
  private isExcluded(i: number): boolean {
    return this.curator.row(this.data!.ids[i]!)?.excluded ?? this.data!.excluded[i] === 1;
  }
}
