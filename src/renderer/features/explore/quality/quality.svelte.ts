import { SvelteSet } from 'svelte/reactivity';
import { listText, sentenceCase } from '../../../../shared/format.ts';
import {
  bitOf,
  bitsOf,
  contextOf,
  type DatasetQuality,
  flagsIn,
  flagsOfDataset,
  QUALITY_FLAGS,
  QUALITY_INFO,
  QUALITY_NUMBERS,
  type QualityFlag,
  type QualityThresholds,
  thresholdsFor,
} from '../../../../shared/quality.ts';
import { FLAG_WORDS, flagSentence, namedNumberText } from '../../../../shared/quality-words.ts';
import { imagesText } from '../../../client/image-words.ts';
import { api } from '../../../client/api.ts';
import type { Curator } from '../../../client/curation/curator.svelte.ts';
import { toast } from '../../../client/toasts.svelte.ts';
import { flaggedRows, rowsAtBorder, rowsByFlag, rowsById } from './flag-list.ts';

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

  /** Flags that the list is of: the chosen ones, else all. */
  private readonly listedFlags = $derived(this.flags.size > 0 ? QUALITY_FLAGS.filter((flag) => this.flags.has(flag)) : QUALITY_FLAGS);

  private readonly found = $derived.by((): number[] => {
    const { data, current } = this;
    if (!data) return [];
    if (this.border) return rowsAtBorder(data, current, this.thresholds[current], AT_BORDER);
    return flaggedRows(data, this.bits, { flags: this.listedFlags, combine: this.flags.size > 0 ? this.combine : 'any', first: current });
  });
  /** Row numbers of the listed images. Excluded ones are left out. */
  readonly rows = $derived(this.found.filter((i) => !this.isExcluded(i)));
  readonly ids = $derived(this.rows.map((i) => this.data!.ids[i]!));
  readonly hidden = $derived(this.found.length - this.rows.length);
  private readonly rowOf = $derived(rowsById(this.rows, this.data?.ids ?? new Int32Array()));

  /** Why a row is listed: its flags among those of the list. At the border it is the flag whose threshold is shown, also of rows without it. */
  flagsOf(row: number): QualityFlag[] {
    if (this.border) return [this.current];
    return flagsIn(this.bits[row]! & bitsOf(this.listedFlags));
  }

  /** "Grey: colour 2 of 255"; at the border only the number, since not all rows have the flag. */
  reasonOf(row: number, flag: QualityFlag): string {
    const number = namedNumberText(QUALITY_INFO[flag].number, this.valueOf(row, flag));
    return this.border ? number : `${sentenceCase(FLAG_WORDS[flag].name)}: ${number}`;
  }

  /** What was measured and against which threshold, or null for a row without the flag. */
  sentenceOf(row: number, flag: QualityFlag): string | null {
    return (this.bits[row]! & bitOf(flag)) === 0 ? null : flagSentence({ flag, value: this.valueOf(row, flag), threshold: this.thresholds[flag] });
  }

  private valueOf(row: number, flag: QualityFlag): number {
    return this.data!.numbers[row * QUALITY_NUMBERS.length + QUALITY_NUMBERS.indexOf(QUALITY_INFO[flag].number)]!;
  }

  /** The flags that listed images are listed for, and the images of each. */
  imagesByFlag(images: readonly number[]): { flag: QualityFlag; images: number[] }[] {
    const rows = images.flatMap((id) => this.rowOf.get(id) ?? []);
    return rowsByFlag(rows, (row) => this.flagsOf(row)).map(({ flag, rows: own }) => ({ flag, images: own.map((i) => this.data!.ids[i]!) }));
  }

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

  /** Takes listed images out of the lists of the flags that they are listed for, until undo. */
  async accept(images: readonly number[]): Promise<void> {
    const byFlag = this.imagesByFlag(images);
    if (!(await this.storeAccepted(byFlag, true))) return;
    const names = listText(byFlag.map(({ flag }) => FLAG_WORDS[flag].name));
    toast.undoable(`${imagesText(images.length)} no longer listed as ${names}`, () => this.storeAccepted(byFlag, false), 'quality');
  }

  private async storeAccepted(byFlag: readonly { flag: QualityFlag; images: number[] }[], accepted: boolean): Promise<boolean> {
    const { dataset } = this.curator;
    try {
      for (const { flag, images } of byFlag) await api.call('quality.accept', { dataset, flag, images, accepted });
      return true;
    } catch (error) {
      toast.error(error);
      return false;
    }
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
