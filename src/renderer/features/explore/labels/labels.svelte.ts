import { SvelteSet } from 'svelte/reactivity';
import type { CuratedImage, CurationEdit, DatasetCounts } from '../../../../shared/curation.ts';
import type { EmbeddingSource } from '../../../../shared/embedding-source.ts';
import { asAppError } from '../../../../shared/errors.ts';
import { fileName } from '../../../../shared/format.ts';
import type { LabelAnswer, LabelLists, LabelRow, LabelState } from '../../../../shared/labels.ts';
import { api } from '../../../client/api.ts';
import type { CurationView } from '../../../client/curation/commands.svelte.ts';
import { Curator } from '../../../client/curation/curator.svelte.ts';
import { toast } from '../../../client/toasts.svelte.ts';

export type ListName = keyof LabelLists;

const TOPIC = 'curation'; // one message at a time: only the last change can be undone

/** An action that undo takes back: an edit of the data set, or an image whose label is said to be right. */
type Done = { edit: true } | { edit: false; image: number; file: string };

/** A check of a data set's labels on the screen, with the image that is looked at and what is done to it. */
export class LabelsState implements CurationView {
  readonly dataset: string;
  readonly source: EmbeddingSource;
  answer = $state.raw<LabelAnswer | null>(null);
  loaded = $state(false);
  list = $state<ListName>('likely');
  /** Also images that were done when the check was loaded. */
  showsDone = $state(false);
  /** The active image. */
  private active = $state<number | null>(null);
  private readonly curator: Curator;
  private readonly right = new SvelteSet<number>(); // ids of images
  private readonly hidden = new SvelteSet<number>(); // that were done when this check was loaded
  private edited = $state(false); // since the check was loaded
  private done = $state.raw<readonly Done[]>([]);
  private undone = $state.raw<readonly Done[]>([]);
  private latest = 0;

  constructor(dataset: string, source: EmbeddingSource) {
    this.dataset = dataset;
    this.source = source;
    this.curator = new Curator(dataset);
  }

  readonly rows = $derived.by<readonly LabelRow[]>(() => {
    const all = this.answer?.lists[this.list] ?? [];
    return this.showsDone ? all : all.filter(({ image }) => !this.hidden.has(image.id));
  });
  readonly at = $derived(
    Math.max(
      0,
      this.rows.findIndex(({ image }) => image.id === this.active),
    ),
  );
  readonly focused = $derived<LabelRow | null>(this.rows[this.at] ?? null);
  readonly open = $derived(this.rows.filter((row) => this.stateOf(row) === 'open').length);
  readonly stale = $derived(this.answer !== null && (this.answer.stale || this.edited));
  get hiddenCount(): number {
    return (this.answer?.lists[this.list] ?? []).filter(({ image }) => this.hidden.has(image.id)).length;
  }

  /** Loads the last check, and again after another one. Returns the function that ends it. */
  follow(): () => void {
    this.load();
    const stop = api.on('changed', ({ what, id }) => {
      if (what === 'labels' && (id === null || id === this.dataset)) this.load();
    });
    return () => {
      this.latest = -1;
      stop();
      this.curator.close();
    };
  }

  private load(): void {
    const own = ++this.latest;
    const { dataset, source } = this;
    api
      .call('labels.find', { dataset, source })
      .then((answer) => own === this.latest && this.show(answer))
      .catch((error: unknown) => own === this.latest && asAppError(error).code !== 'cancelled' && toast.error(error))
      .finally(() => own === this.latest && (this.loaded = true));
  }

  private show(answer: LabelAnswer | null): void {
    const isNew = answer?.checkedMs !== this.answer?.checkedMs;
    const rows = answer ? Object.values(answer.lists).flat() : [];
    this.right.clear();
    for (const { image, state } of rows) if (state === 'right') this.right.add(image.id);
    if (isNew) {
      this.hidden.clear();
      for (const { image, state } of rows) if (state !== 'open') this.hidden.add(image.id);
      [this.active, this.done, this.undone] = [null, [], []];
    }
    this.edited = false; // `stale` is of now
    this.answer = answer;
    this.curator.want(rows.map(({ image }) => image.id));
  }

  async check(): Promise<void> {
    try {
      await api.call('labels.check', { dataset: this.dataset, source: this.source });
    } catch (error) {
      toast.error(error);
    }
  }

  /** As it is now, with edits that are on their way. */
  imageOf(row: LabelRow): CuratedImage {
    return this.curator.row(row.image.id) ?? row.image;
  }

  stateOf(row: LabelRow): LabelState {
    const { excluded, className } = this.imageOf(row);
    if (excluded) return 'excluded';
    if (className !== row.given) return 'relabelled';
    return this.right.has(row.image.id) ? 'right' : 'open';
  }

  focus(at: number): void {
    this.active = this.rows[at]?.image.id ?? null;
  }

  /** Goes to the next image that is not done; stays without one. */
  private next(): void {
    const { rows, at } = this;
    const following = [...rows.slice(at + 1), ...rows.slice(0, at)];
    const row = following.find((one) => this.stateOf(one) === 'open');
    if (row) this.active = row.image.id;
  }

  /** Relabels the active image to the suggested class. */
  accept(): void {
    const { suggested, image } = this.focused ?? {};
    if (suggested && image && this.list === 'likely') void this.apply({ kind: 'relabel', ids: [image.id], className: suggested });
  }

  /** Says that the label of the active image is right, or takes it back. */
  confirm(): void {
    const row = this.focused;
    if (!row || this.imageOf(row).className !== row.given) return;
    const { id, file } = row.image;
    const isRight = !this.right.has(id);
    this.done = isRight ? [...this.done, { edit: false, image: id, file }] : this.done.filter((one) => one.edit || one.image !== id);
    this.undone = [];
    void this.store(id, file, isRight);
    if (isRight) this.next();
  }

  private async store(id: number, file: string, isRight: boolean): Promise<void> {
    const { dataset, source, right } = this;
    if (isRight) right.add(id);
    else right.delete(id);
    try {
      await api.call('labels.confirm', { dataset, source, images: [id], right: isRight });
      if (isRight) toast.undoable(`Label is right: ${fileName(file)}`, () => this.undo(), TOPIC);
      else toast.info(`Taken back: label is right, ${fileName(file)}`, null, TOPIC);
    } catch (error) {
      if (isRight) right.delete(id);
      else right.add(id);
      toast.error(error);
    }
  }

  // CurationView

  get targets(): readonly number[] {
    return this.focused ? [this.focused.image.id] : [];
  }
  get counts(): DatasetCounts | null {
    return this.curator.counts;
  }
  row(id: number): CuratedImage | undefined {
    return this.curator.row(id);
  }
  async apply(edit: CurationEdit): Promise<void> {
    this.done = [...this.done, { edit: true }];
    this.undone = [];
    const applied = this.curator.apply(edit);
    if (edit.kind !== 'tag' && edit.kind !== 'untag') {
      this.edited = true;
      if (edit.kind !== 'include') this.next();
    }
    await applied;
  }
  private get last(): Done | undefined {
    return this.done.at(-1);
  }
  get canUndo(): boolean {
    return this.last?.edit === false || this.curator.canUndo;
  }
  get canRedo(): boolean {
    return this.undone.at(-1)?.edit === false || this.curator.canRedo;
  }
  get undoText(): string | null {
    const { last } = this;
    return last?.edit === false ? `Label is right: ${fileName(last.file)}` : this.curator.undoText;
  }
  get redoText(): string | null {
    const last = this.undone.at(-1);
    return last?.edit === false ? `Label is right: ${fileName(last.file)}` : this.curator.redoText;
  }
  async undo(): Promise<void> {
    const last = this.last ?? { edit: true };
    this.done = this.done.slice(0, -1);
    this.undone = [...this.undone, last];
    if (last.edit) {
      await this.curator.undo();
      return this.load();
    }
    this.active = last.image;
    await this.store(last.image, last.file, false);
  }
  async redo(): Promise<void> {
    const last = this.undone.at(-1) ?? { edit: true };
    this.undone = this.undone.slice(0, -1);
    this.done = [...this.done, last];
    if (last.edit) {
      await this.curator.redo();
      return this.load();
    }
    await this.store(last.image, last.file, true);
  }
}
