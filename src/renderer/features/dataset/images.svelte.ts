import { SvelteMap } from 'svelte/reactivity';
import type { CuratedImage, CurationEdit, CurationEntry, CurationState, DatasetCounts, ImageQuery } from '../../../shared/curation.ts';
import { asAppError } from '../../../shared/errors.ts';
import { api } from '../../client/api.ts';
import type { TileSize } from './grid-layout.ts';
import { EMPTY_SELECTION, retainSelection, type Selection } from './selection.ts';
import { toast } from '../../client/toasts.svelte.ts';

export type Filter = Omit<ImageQuery, 'dataset'>;
export const NO_FILTER: Filter = { text: '', classes: [], splits: [], tags: [], state: 'all', sort: 'class', descending: false };

const ROWS_PER_CALL = 500;
const FETCH_DELAY_MS = 60;
const MAX_ROWS = 5000; // cached; evicted rows are loaded again when visible

/** State of the images view: search results, selection and edit history of one data set. */
class ImagesState {
  dataset = $state<string | null>(null);
  filter = $state.raw<Filter>(NO_FILTER);
  ids = $state.raw<readonly number[]>([]);
  classes = $state.raw<{ className: string; images: number }[] | null>(null);
  counts = $state.raw<DatasetCounts | null>(null);
  curation = $state.raw<CurationState | null>(null);
  history = $state.raw<CurationEntry[]>([]);
  folder = $state.raw<{ root: string; exists: boolean } | null>(null);
  selection = $state.raw<Selection>(EMPTY_SELECTION);
  size = $state<TileSize>('m');
  loaded = $state(false);
  busy = $state(false);
  /** The history entry whose images are shown alone. */
  only = $state.raw<{ text: string; ids: ReadonlySet<number> } | null>(null);
  readonly focused = $derived(this.ids[this.selection.focus]);
  /** Images an action applies to: the selection, else the focused image. */
  readonly targets = $derived(this.selection.ids.size > 0 ? [...this.selection.ids] : this.focused === undefined ? [] : [this.focused]);
  readonly filtered = $derived(
    this.only !== null ||
      this.filter.text !== '' ||
      this.filter.state !== 'all' ||
      [this.filter.classes, this.filter.splits, this.filter.tags].some((list) => list.length > 0),
  );

  private readonly rows = new SvelteMap<number, CuratedImage>(); // reactive per image: a tile updates for its own image only
  private fetchTimer: ReturnType<typeof setTimeout> | undefined;
  private lastToast = '';
  private readonly requested = new Set<number>();
  private visible: readonly number[] = []; // ids
  private search: AbortController | null = null;

  /** Opens a data set; reloads it if it is open. */
  async open(dataset: string): Promise<void> {
    if (dataset !== this.dataset) {
      Object.assign(this, { dataset, filter: NO_FILTER, ids: [], classes: null, counts: null, curation: null, history: [], folder: null });
      Object.assign(this, { selection: EMPTY_SELECTION, loaded: false, only: null });
      this.rows.clear();
      this.requested.clear();
    }
    await this.refresh();
  }

  row(id: number): CuratedImage | undefined {
    return this.rows.get(id);
  }

  /** Fetches missing rows of the images at these positions, after a short delay in case the list scrolls on. */
  ensure(from: number, to: number): void {
    this.visible = this.ids.slice(from, to);
    this.fetchTimer ??= setTimeout(() => {
      this.fetchTimer = undefined;
      this.fetchMissing();
    }, FETCH_DELAY_MS);
  }

  private fetchMissing(): void {
    const dataset = this.dataset;
    const missing = this.visible.filter((id) => !this.rows.has(id) && !this.requested.has(id));
    if (dataset === null || missing.length === 0) return;
    for (let at = 0; at < missing.length; at += ROWS_PER_CALL) void this.fetch(dataset, missing.slice(at, at + ROWS_PER_CALL));
  }

  setFilter(patch: Partial<Filter>): void {
    this.filter = { ...this.filter, ...patch };
    this.find().catch((error: unknown) => toast.error(error));
  }

  clearFilter(): void {
    this.only = null;
    this.setFilter({ ...NO_FILTER, sort: this.filter.sort, descending: this.filter.descending });
  }

  toggle(list: 'classes' | 'splits' | 'tags', value: string): void {
    const now: readonly string[] = this.filter[list];
    this.setFilter({ [list]: now.includes(value) ? now.filter((item) => item !== value) : [...now, value] });
  }

  async showOnly(entry: CurationEntry): Promise<void> {
    const { ids } = await api.call('curation.imagesOf', { dataset: this.dataset!, position: entry.position });
    this.only = { text: entry.text, ids: new Set(ids) };
    await this.find();
  }

  /** Applies an edit and offers to undo it. */
  async apply(edit: CurationEdit): Promise<void> {
    await this.runEdit(async (dataset) => {
      const before = this.curation?.undoPosition ?? null;
      const state = await api.call('curation.apply', { dataset, edit });
      if (state.undoPosition === before) return toast.info('Nothing to change.');
      const position = state.undoPosition;
      const { focus } = this.selection;
      // Only the last change can be undone, so the previous undo message is dismissed.
      for (const { id, text } of toast.list) if (text === this.lastToast) toast.dismiss(id);
      this.lastToast = state.canUndo!;
      toast.undoable(this.lastToast, () => this.undo(position));
      if (edit.kind !== 'relabel') return;
      await this.find();
      this.selection = { ids: new Set(), focus: Math.min(focus, Math.max(0, this.ids.length - 1)), anchor: focus }; // the focus does not follow the image to its new class
    });
  }

  /** `position`: the history entry to undo; default: the last known one. Another window may have added one since. */
  async undo(position: number | null = this.curation?.undoPosition ?? null): Promise<void> {
    if (position === null) return;
    await this.runEdit(async (dataset) => {
      const { canUndo, undoPosition } = await api.call('curation.state', { dataset });
      if (position !== undoPosition) return toast.info('Later changes exist. Undo those first, in the history.');
      await api.call('curation.undo', { dataset, position });
      toast.info(`Undone: ${canUndo}`);
    });
  }

  async redo(): Promise<void> {
    const { canRedo: words = null, redoPosition: position = null } = this.curation ?? {};
    if (words === null || position === null) return;
    await this.runEdit(async (dataset) => {
      await api.call('curation.redo', { dataset, position });
      toast.info(`Redone: ${words}`);
    });
  }

  /** Reloads everything shown; the old content stays visible meanwhile. */
  async refresh(): Promise<void> {
    const dataset = this.dataset;
    if (dataset === null) return;
    const [counts, curation, history, folder] = await Promise.all([
      api.call('datasets.counts', { dataset }),
      api.call('curation.state', { dataset }),
      api.call('curation.history', { dataset }),
      api.call('datasets.folder', { dataset }),
      this.find(),
      this.reloadRows(dataset),
    ]);
    if (dataset !== this.dataset) return;
    Object.assign(this, { counts, curation, history, folder, loaded: true });
  }

  private async runEdit(work: (dataset: string) => Promise<void>): Promise<void> {
    if (this.dataset === null || this.busy) return;
    this.busy = true;
    try {
      await work(this.dataset);
      await this.refresh();
    } catch (error) {
      toast.error(error);
    } finally {
      this.busy = false;
    }
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
      const ids = only ? all.filter((id) => only.has(id)) : all;
      this.selection = retainSelection(this.selection, this.ids, ids);
      this.classes = only ? null : found.classes;
      this.ids = ids;
    } catch (error) {
      if (asAppError(error).code !== 'cancelled') throw error;
    }
  }

  /** Reloads the visible rows; the others are loaded again when they become visible. */
  private async reloadRows(dataset: string): Promise<void> {
    const ids = this.visible.slice(0, 2 * ROWS_PER_CALL); // the limit of one call
    const rows = ids.length === 0 ? [] : await api.call('images.rows', { dataset, ids: [...ids] });
    if (dataset !== this.dataset) return;
    this.rows.clear();
    this.requested.clear();
    for (const row of rows) {
      this.rows.set(row.id, row);
      this.requested.add(row.id);
    }
  }

  private evictHidden(): void {
    const visible = new Set(this.visible);
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

export const images = new ImagesState();
