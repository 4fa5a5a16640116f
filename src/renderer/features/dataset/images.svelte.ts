import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { CuratedImage, CurationEdit, CurationEntry, DatasetCounts } from '../../../shared/curation.ts';
import { asAppError } from '../../../shared/errors.ts';
import { api } from '../../client/api.ts';
import type { ImageSet } from '../../client/image-set.ts';
import { viewChoices } from '../../client/view-choices.ts';
import { CurationQueue } from '../../client/curation/curation-queue.svelte.ts';
import { dropVanished, type Filter, NO_FILTER, storedCopies, storedFilter, vanishedText } from './filter.ts';
import type { TileSize } from './grid-layout.ts';
import { EMPTY_SELECTION, retainSelection, type Selection } from './selection.ts';
import { toast } from '../../client/toasts.svelte.ts';

const ROWS_PER_CALL = 500;
const FETCH_DELAY_MS = 60;
const MAX_ROWS = 5000; // cached; evicted rows are loaded again when visible

/** Images of a history entry, copies, or those that another view wants shown. `kind`: the word before `text`. */
interface Only {
  kind: 'change' | 'show'; // of 'show' in the order of `ids`
  text: string;
  ids: ReadonlySet<number>;
  copies?: true;
}

const onlyCopies = (ids: readonly number[]): Only => ({ kind: 'show', text: 'images stored more than once', ids: new Set(ids), copies: true });

/** State of the images view: search results, selection and edit history of one data set. */
class ImagesState {
  dataset = $state<string | null>(null);
  filter = $state.raw<Filter>(NO_FILTER);
  ids = $state.raw<readonly number[]>([]);
  classes = $state.raw<{ className: string; images: number }[] | null>(null);
  counts = $state.raw<DatasetCounts | null>(null);
  history = $state.raw<CurationEntry[]>([]);
  folder = $state.raw<{ root: string; exists: boolean } | null>(null);
  selection = $state.raw<Selection>(EMPTY_SELECTION);
  size = $state<TileSize>('m');
  loaded = $state(false);
  /** The only images that are shown. */
  only = $state.raw<Only | null>(null);
  /** Whether the copies of the data set are shown, in the order of `only`: the copies of an image follow each other. */
  readonly showsCopies = $derived(this.only?.copies === true);
  readonly focused = $derived(this.ids[this.selection.focus]);
  /** Whether the grid marks the focused image while none is selected. Actions apply to the marked image, so none is before a key or click. */
  cursor = $state(false);
  /** Whether the focused image is shown in the large view. */
  large = $state(false);
  /** Images an action applies to: the selection, else the marked image or the one in the large view. */
  readonly targets = $derived.by<number[]>(() => {
    if (this.selection.ids.size > 0) return [...this.selection.ids];
    return this.focused === undefined || !(this.cursor || this.large) ? [] : [this.focused];
  });
  readonly filtered = $derived(
    this.only !== null ||
      this.filter.text !== '' ||
      this.filter.state !== 'all' ||
      [this.filter.classes, this.filter.splits, this.filter.tags].some((list) => list.length > 0),
  );

  private queue = $state.raw<CurationQueue | null>(null); // of the open data set
  readonly curation = $derived(this.queue?.state ?? null);
  readonly canUndo = $derived(this.queue?.canUndo ?? false);
  readonly canRedo = $derived(this.queue?.canRedo ?? false);
  readonly undoText = $derived(this.queue?.undoText ?? null);
  readonly redoText = $derived(this.queue?.redoText ?? null);

  private readonly rows = new SvelteMap<number, CuratedImage>(); // reactive per image: a tile updates for its own image only
  private fetchTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly moved = new Set<number>(); // relabelled since the last search
  private readonly edited = new Set<number>(); // changed otherwise since the last search
  private refreshing: Promise<void> | null = null;
  private outdated = false; // changed while being refreshed
  private readonly requested = new Set<number>();
  private visible: readonly number[] = []; // ids
  private search: AbortController | null = null;
  private restored: Promise<void> = Promise.resolve(); // the stored filter of the open data set

  /** Opens a data set; reloads it if it is open. */
  async open(dataset: string): Promise<void> {
    if (dataset !== this.dataset) {
      Object.assign(this, {
        dataset,
        filter: storedFilter(viewChoices.read('images'), dataset),
        ids: [],
        classes: null,
        counts: null,
        history: [],
        folder: null,
      });
      Object.assign(this, { selection: EMPTY_SELECTION, cursor: false, loaded: false, only: null, queue: this.createQueue(dataset) });
      this.rows.clear();
      this.requested.clear();
      this.moved.clear();
      this.edited.clear();
      this.visible = []; // ids of the data set before; the new one may lack them
      clearTimeout(this.fetchTimer);
      this.fetchTimer = undefined;
      const copies = storedCopies(viewChoices.read('images'), dataset);
      this.restored = this.dropVanished(dataset).then(() => (copies ? this.restoreCopies(dataset) : undefined));
    }
    await this.restored;
    await this.refresh();
  }

  /** Removes from the restored filter the classes and tags that no longer exist: with them no image would be found. */
  private async dropVanished(dataset: string): Promise<void> {
    if (this.filter.classes.length + this.filter.tags.length === 0) return;
    const counts = await api.call('datasets.counts', { dataset });
    if (dataset !== this.dataset) return;
    const { filter, vanished } = dropVanished(this.filter, counts);
    if (vanished.length === 0) return;
    this.filter = filter;
    this.storeFilter();
    toast.info(vanishedText(vanished));
  }

  /** Shows the copies again, as before a reload, if there are any now. */
  private async restoreCopies(dataset: string): Promise<void> {
    const { ids } = await api.call('images.copies', { dataset });
    if (dataset === this.dataset && ids.length > 0) this.only = onlyCopies(ids);
    this.storeFilter();
  }

  private storeFilter(): void {
    viewChoices.store('images', { dataset: this.dataset, ...this.filter, copies: this.showsCopies });
  }

  /** The row with the changes of the person, stored or not. */
  row(id: number): CuratedImage | undefined {
    return this.queue?.row(id);
  }

  /** Fetches missing rows of the images at these positions, after a short delay in case the list scrolls on. */
  ensure(from: number, to: number): void {
    this.visible = this.ids.slice(from, to);
    this.fetchSoon();
  }

  /** Fetches missing rows of the visible images and of the one that actions apply to, whose name is shown. */
  fetchSoon(): void {
    this.fetchTimer ??= setTimeout(() => {
      this.fetchTimer = undefined;
      this.fetchMissing();
    }, FETCH_DELAY_MS);
  }

  private fetchMissing(): void {
    const dataset = this.dataset;
    const missing = this.needed.filter((id) => !this.rows.has(id) && !this.requested.has(id));
    if (dataset === null || missing.length === 0) return;
    for (let at = 0; at < missing.length; at += ROWS_PER_CALL) void this.fetch(dataset, missing.slice(at, at + ROWS_PER_CALL));
  }

  setFilter(patch: Partial<Filter>): void {
    this.filter = { ...this.filter, ...patch };
    this.storeFilter();
    this.find().catch((error: unknown) => toast.error(error));
  }

  /** Shows the images whose name, class or tag contains `text`, also excluded ones. */
  findText(text: string): void {
    this.only = null;
    this.setFilter({ ...NO_FILTER, text, sort: this.filter.sort, descending: this.filter.descending });
  }

  clearFilter(): void {
    this.findText('');
  }

  toggle(list: 'classes' | 'splits' | 'tags', value: string): void {
    const now: readonly string[] = this.filter[list];
    this.setFilter({ [list]: now.includes(value) ? now.filter((item) => item !== value) : [...now, value] });
  }

  async showOnly(entry: CurationEntry): Promise<void> {
    const { ids } = await api.call('curation.imagesOf', { dataset: this.dataset!, position: entry.position });
    this.only = { kind: 'change', text: entry.text, ids: new Set(ids) };
    await this.find();
  }

  /** Shows exactly these images of the open data set. */
  showSet({ title, ids }: Pick<ImageSet, 'title' | 'ids'>): void {
    this.clearFilter();
    this.only = { kind: 'show', text: title, ids: new Set(ids) };
    this.setFilter({});
  }

  /** Shows only these images. `ids`: of `images.copies`. */
  showCopies(ids: readonly number[]): void {
    this.clearFilter();
    this.only = onlyCopies(ids);
    this.setFilter({});
  }

  /** Applies an edit and offers to undo it. */
  async apply(edit: CurationEdit): Promise<void> {
    for (const id of edit.ids) (edit.kind === 'relabel' ? this.moved : this.edited).add(id);
    await this.queue?.apply(edit);
  }

  async undo(): Promise<void> {
    if (this.canUndo || this.curation === null) await this.queue?.undo();
  }

  async redo(): Promise<void> {
    if (this.canRedo || this.curation === null) await this.queue?.redo();
  }

  /** The data set changed, here or in another window. While actions wait their end reloads it. */
  changed(): void {
    if (!this.queue?.waiting) this.refresh().catch((error: unknown) => toast.error(error));
  }

  /** Reloads everything shown; the old content stays visible meanwhile. Calls during a reload share one that follows. */
  async refresh(): Promise<void> {
    this.outdated = true;
    await (this.refreshing ??= this.reloadUntilCurrent());
  }

  private async reloadUntilCurrent(): Promise<void> {
    try {
      while (this.outdated) {
        this.outdated = false;
        await this.reload();
      }
    } finally {
      this.refreshing = null;
    }
  }

  private async reload(): Promise<void> {
    const { dataset, queue } = this;
    if (dataset === null || queue === null) return;
    const { finished } = queue;
    const [counts, curation, history, folder, rows] = await Promise.all([
      api.call('datasets.counts', { dataset }),
      api.call('curation.state', { dataset }),
      api.call('curation.history', { dataset }),
      api.call('datasets.folder', { dataset }),
      this.visibleRows(dataset),
      this.find(),
    ]);
    if (dataset !== this.dataset) return;
    this.loaded = true;
    this.folder = folder;
    if (finished !== queue.finished) return; // older than an answered action; the end of the queue reloads again
    queue.state = curation;
    Object.assign(this, { counts, history });
    this.replaceRows(rows);
  }

  private createQueue(dataset: string): CurationQueue {
    const isOpen = (): boolean => this.dataset === dataset;
    return new CurationQueue(dataset, {
      storedRow: (id) => (isOpen() ? this.rows.get(id) : undefined),
      stored: (rows) => {
        if (isOpen()) for (const [id, row] of rows) this.rows.set(id, row);
      },
      drained: () => (isOpen() ? this.refresh() : Promise.resolve()),
    });
  }

  private async find(): Promise<void> {
    const dataset = this.dataset;
    if (dataset === null) return;
    this.search?.abort();
    const search = (this.search = new AbortController());
    try {
      const found = await api.call('images.find', { dataset, ...this.filter }, { signal: search.signal });
      if (search.signal.aborted || dataset !== this.dataset) return;
      const only = this.only?.ids;
      const all = Array.from(found.ids);
      const ids = this.only?.kind === 'show' ? inOrderOf(this.only.ids, all) : only ? all.filter((id) => only.has(id)) : all;
      const { targets } = this;
      this.selection = retainSelection(this.selection, this.ids, ids, this.moved);
      const present = new Set(ids);
      // If an action removed its image from the list, the next image is marked. After a relabel none is: the next key could be meant for the
      // relabelled image.
      if (!targets.some((id) => present.has(id))) this.cursor = targets.some((id) => this.edited.has(id) && !this.moved.has(id));
      if (!this.queue?.waiting) for (const changed of [this.moved, this.edited]) changed.clear();
      this.classes = only ? null : found.classes;
      this.ids = ids;
    } catch (error) {
      if (asAppError(error).code !== 'cancelled') throw error;
    }
  }

  /** The image that an action applies to, whose name is shown, and the visible ones. */
  private get needed(): readonly number[] {
    const [target, ...others] = untrack(() => this.targets);
    return target === undefined || others.length > 0 || this.visible.includes(target) ? this.visible : [target, ...this.visible];
  }

  private async visibleRows(dataset: string): Promise<CuratedImage[]> {
    const ids = this.needed.slice(0, 2 * ROWS_PER_CALL); // the limit of one call
    return ids.length === 0 ? [] : await api.call('images.rows', { dataset, ids: [...ids] });
  }

  /** The rows that are not given are loaded again: visible ones now, as they may have been loaded meanwhile, others when they become visible. */
  private replaceRows(rows: readonly CuratedImage[]): void {
    this.rows.clear();
    this.requested.clear();
    for (const row of rows) {
      this.rows.set(row.id, row);
      this.requested.add(row.id);
    }
    if (this.needed.some((id) => !this.rows.has(id))) this.fetchSoon();
  }

  private evictHidden(): void {
    const visible = new Set(this.needed);
    for (const id of this.rows.keys()) if (!visible.has(id)) this.rows.delete(id);
    this.requested.clear();
    for (const id of visible) if (this.rows.has(id)) this.requested.add(id);
  }

  private async fetch(dataset: string, ids: number[]): Promise<void> {
    for (const id of ids) this.requested.add(id);
    try {
      const rows = await api.call('images.rows', { dataset, ids });
      if (dataset !== this.dataset) return;
      if (this.rows.size > MAX_ROWS) this.evictHidden();
      for (const row of rows) this.rows.set(row.id, row);
    } catch (error) {
      for (const id of ids) this.requested.delete(id);
      toast.error(error);
    }
  }
}

/** The members of `order` that are in `ids`. */
const inOrderOf = (order: Iterable<number>, ids: readonly number[]): number[] => {
  const present = new Set(ids);
  return [...order].filter((id) => present.has(id));
};

export const images = new ImagesState();
