import { SvelteMap } from 'svelte/reactivity';
import type { CuratedImage, CurationEdit, CurationEntry, CurationState, DatasetCounts, ImageQuery } from '../../../shared/curation.ts';
import { asAppError } from '../../../shared/errors.ts';
import { api } from '../../client/api.ts';
import type { TileSize } from './grid-layout.ts';
import { EMPTY_SELECTION, retainSelection, type Selection } from './selection.ts';
import { toast } from '../../client/toasts.svelte.ts';

export type Filter = Omit<ImageQuery, 'dataset'>;
export const NO_FILTER: Filter = { text: '', classes: [], splits: [], tags: [], state: 'all', sort: 'class', descending: false };

const ROWS_AT_ONCE = 500;
const ROWS_EVERY_MS = 60;
const ROWS_KEPT = 5000; // more is asked for again when it is seen again

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
  /** Images of one line of the history, shown alone. */
  only = $state.raw<{ text: string; ids: ReadonlySet<number> } | null>(null);
  readonly focused = $derived(this.ids[this.selection.focus]);
  /** What an action is about: the selection, else the image that has the focus. */
  readonly targets = $derived(this.selection.ids.size > 0 ? [...this.selection.ids] : this.focused === undefined ? [] : [this.focused]);
  readonly filtered = $derived(
    this.only !== null ||
      this.filter.text !== '' ||
      this.filter.state !== 'all' ||
      [this.filter.classes, this.filter.splits, this.filter.tags].some((list) => list.length > 0),
  );

  private readonly rows = new SvelteMap<number, CuratedImage>(); // a tile hears of its own image only
  private asking: ReturnType<typeof setTimeout> | undefined;
  private lastToast = '';
  private readonly asked = new Set<number>();
  private seen: readonly number[] = []; // ids on the screen
  private finding: AbortController | null = null;

  /** Opens a data set; reloads it if it is open. */
  async open(dataset: string): Promise<void> {
    if (dataset !== this.dataset) {
      Object.assign(this, { dataset, filter: NO_FILTER, ids: [], classes: null, counts: null, curation: null, history: [], folder: null });
      Object.assign(this, { selection: EMPTY_SELECTION, loaded: false, only: null });
      this.rows.clear();
      this.asked.clear();
    }
    await this.refresh();
  }

  row(id: number): CuratedImage | undefined {
    return this.rows.get(id);
  }

  /** Fetches missing rows of the images at these positions, after a short delay because the list may be scrolling. */
  ensure(from: number, to: number): void {
    this.seen = this.ids.slice(from, to);
    this.asking ??= setTimeout(() => {
      this.asking = undefined;
      this.fetchMissing();
    }, ROWS_EVERY_MS);
  }

  private fetchMissing(): void {
    const dataset = this.dataset;
    const missing = this.seen.filter((id) => !this.rows.has(id) && !this.asked.has(id));
    if (dataset === null || missing.length === 0) return;
    for (let at = 0; at < missing.length; at += ROWS_AT_ONCE) void this.fetch(dataset, missing.slice(at, at + ROWS_AT_ONCE));
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

  /** Carries out an edit of the targets and offers to take it back. */
  async apply(edit: CurationEdit): Promise<void> {
    await this.changing(async (dataset) => {
      const before = this.curation?.undoPosition ?? null;
      const state = await api.call('curation.apply', { dataset, edit });
      if (state.undoPosition === before) return toast.info('Nothing to change.');
      const position = state.undoPosition;
      const { focus } = this.selection;
      // One message at a time: only the last change can be taken back from there.
      for (const { id, text } of toast.list) if (text === this.lastToast) toast.dismiss(id);
      this.lastToast = state.canUndo!;
      toast.undoable(this.lastToast, () => this.undo(position));
      if (edit.kind !== 'relabel') return;
      await this.find();
      this.selection = { ids: new Set(), focus: Math.min(focus, Math.max(0, this.ids.length - 1)), anchor: focus }; // not after the image to its new class
    });
  }

  /** `position`: the entry of the history to undo; default: the last one that is shown. Another window may have added one since. */
  async undo(position: number | null = this.curation?.undoPosition ?? null): Promise<void> {
    if (position === null) return;
    await this.changing(async (dataset) => {
      const { canUndo, undoPosition } = await api.call('curation.state', { dataset });
      if (position !== undoPosition) return toast.info('Later changes exist. Undo those first, in the history.');
      await api.call('curation.undo', { dataset, position });
      toast.info(`Undone: ${canUndo}`);
    });
  }

  async redo(): Promise<void> {
    const { canRedo: words = null, redoPosition: position = null } = this.curation ?? {};
    if (words === null || position === null) return;
    await this.changing(async (dataset) => {
      await api.call('curation.redo', { dataset, position });
      toast.info(`Redone: ${words}`);
    });
  }

  /** Reloads everything shown; the old content stays until it is loaded. */
  async refresh(): Promise<void> {
    const dataset = this.dataset;
    if (dataset === null) return;
    const [counts, curation, history, folder] = await Promise.all([
      api.call('datasets.counts', { dataset }),
      api.call('curation.state', { dataset }),
      api.call('curation.history', { dataset }),
      api.call('datasets.folder', { dataset }),
      this.find(),
      this.renew(dataset),
    ]);
    if (dataset !== this.dataset) return;
    Object.assign(this, { counts, curation, history, folder, loaded: true });
  }

  private async changing(work: (dataset: string) => Promise<void>): Promise<void> {
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
    this.finding?.abort();
    const finding = (this.finding = new AbortController());
    try {
      const found = await api.call('images.find', { dataset, ...this.filter }, { signal: finding.signal });
      if (finding.signal.aborted || dataset !== this.dataset) return;
      const shown = this.only?.ids;
      const all = Array.from(found.ids);
      const ids = shown ? all.filter((id) => shown.has(id)) : all;
      this.selection = retainSelection(this.selection, this.ids, ids);
      this.classes = shown ? null : found.classes;
      this.ids = ids;
    } catch (error) {
      if (asAppError(error).code !== 'cancelled') throw error;
    }
  }

  /** Rows may have changed: reloads the visible ones now and the others when they become visible. */
  private async renew(dataset: string): Promise<void> {
    const ids = this.seen.slice(0, 2 * ROWS_AT_ONCE); // the most that may be asked for at once
    const rows = ids.length === 0 ? [] : await api.call('images.rows', { dataset, ids: [...ids] });
    if (dataset !== this.dataset) return;
    this.rows.clear();
    this.asked.clear();
    for (const row of rows) {
      this.rows.set(row.id, row);
      this.asked.add(row.id);
    }
  }

  private forgetUnseen(): void {
    const seen = new Set(this.seen);
    for (const id of this.rows.keys()) if (!seen.has(id)) this.rows.delete(id);
    this.asked.clear();
    for (const id of seen) if (this.rows.has(id)) this.asked.add(id);
  }

  private async fetch(dataset: string, ids: number[]): Promise<void> {
    for (const id of ids) this.asked.add(id);
    try {
      const rows = await api.call('images.rows', { dataset, ids });
      if (dataset !== this.dataset) return;
      if (this.rows.size > ROWS_KEPT) this.forgetUnseen();
      for (const row of rows) this.rows.set(row.id, row);
    } catch (error) {
      for (const id of ids) this.asked.delete(id);
      toast.error(error);
    }
  }
}

export const images = new ImagesState();
