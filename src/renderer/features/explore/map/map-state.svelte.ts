import type { EmbeddingSource } from '../../../../shared/embedding-source.ts';
import { asAppError } from '../../../../shared/errors.ts';
import type { ImageMapPoints, ImageMapStatus } from '../../../../shared/image-map.ts';
import { api } from '../../../client/api.ts';
import { CurationCommands } from '../../../client/curation/commands.svelte.ts';
import { Curator } from '../../../client/curation/curator.svelte.ts';
import { toast } from '../../../client/toasts.svelte.ts';
import { type Column, coloursOf, type LegendEntry, legendOf } from './colours.ts';
import { type Colouring, loadColumn } from './columns.ts';
import { PointIndex } from './point-index.ts';
import { ascending, byCategory, keysAfterClick, NO_KEYS, pointsIn, positionsOf, setOf } from './point-sets.ts';
import { boundsOf, fit, type Rect, shownRect, type ViewBox } from './view-box.ts';

const SETTLE_MS = 150;

interface Shown extends ImageMapPoints {
  index: PointIndex;
  bounds: Rect;
}

export type ListContent = 'view' | 'selection';

/** The map of one data set by one source: its points, colours, selection and edits. Points are named by their position i. */
export class MapState {
  readonly dataset: string;
  readonly source: EmbeddingSource;
  status = $state.raw<ImageMapStatus | null>(null);
  points = $state.raw<Shown | null>(null);
  by = $state<Colouring>('class');
  column = $state.raw<Column | null>(null);
  /** Keys of the legend's entries that are not faint; empty: all. */
  shown = $state.raw<ReadonlySet<string>>(NO_KEYS);
  /** Points, ascending. */
  selection = $state.raw<readonly number[]>([]);
  view = $state.raw<ViewBox>(fit({ left: -1, right: 1, bottom: -1, top: 1 }, 1, 1));
  /** Whether `view` is the whole map: it stays so when the window is resized. */
  isWhole = $state(true);
  list = $state<ListContent>('view');
  theme = $state<'dark' | 'light'>('dark');
  readonly whole = $derived(fit(this.points?.bounds ?? boundsOf([]), this.view.width, this.view.height));
  readonly zoom = $derived(this.view.scale / this.whole.scale);
  readonly legend = $derived<LegendEntry[]>(this.column ? legendOf(this.column) : []);
  readonly colours = $derived(this.column ? coloursOf(this.column, this.legend, this.shown, this.theme) : null);
  readonly selected = $derived<ReadonlySet<number>>(setOf(this.selection));
  readonly curator: Curator;
  readonly commands: CurationCommands;
  private latest = 0;

  constructor(dataset: string, source: EmbeddingSource) {
    this.dataset = dataset;
    this.source = source;
    this.curator = new Curator(dataset);
    this.commands = new CurationCommands(this.curator);
  }

  /** Loads all, and again after changes. Returns the function that ends it. */
  follow(): () => void {
    void this.attempt(() => this.load());
    const stop = api.on('changed', ({ what, id }) => {
      if (what === 'embeddings' && id === this.dataset) void this.attempt(() => this.load());
    });
    return () => {
      stop();
      this.curator.close();
    };
  }

  async colourBy(by: Colouring): Promise<void> {
    this.by = by;
    this.shown = NO_KEYS;
    await this.attempt(() => this.reloadColumn());
  }

  /** A click on the legend, as keysAfterClick. */
  toggleEntry(key: string, add: boolean): void {
    this.shown = keysAfterClick(this.shown, key, add);
  }

  /** Points of an entry of the legend. */
  pointsOf({ categories }: LegendEntry): number[] {
    return positionsOf(this.column!.codes, categories);
  }

  select(points: readonly number[], add = false): void {
    this.selection = ascending(add ? [...this.selection, ...points] : points);
    this.curator.targets = this.selection.map((i) => this.points!.ids[i]!);
  }

  toggle(point: number): void {
    this.select(this.selected.has(point) ? this.selection.filter((other) => other !== point) : [...this.selection, point]);
  }

  resize(width: number, height: number): void {
    this.view = { ...this.view, width: Math.max(1, width), height: Math.max(1, height) };
    if (this.isWhole) this.view = this.whole;
  }

  move(view: ViewBox): void {
    this.view = view;
    this.isWhole = false;
  }

  showWhole(): void {
    this.view = this.whole;
    this.isWhole = true;
  }

  /** All points by category, then by file. */
  private readonly order = $derived(this.column ? byCategory(this.column) : new Int32Array(0));
  /** Points in view, in this order, since the map rests: finding them takes too long for every frame. */
  inView = $state.raw<readonly number[]>([]);
  /** The points of the list. */
  readonly listed = $derived.by<readonly number[]>(() =>
    this.list === 'view' ? this.inView : Array.from(this.order).filter((i) => this.selected.has(i)),
  );

  /** Finds the points in view, once the map rests. Returns the function that cancels it. */
  settle(): () => void {
    const { points, order, view } = this;
    const timer = setTimeout(() => (this.inView = points ? pointsIn(shownRect(view), points.xy, order) : []), SETTLE_MS);
    return () => clearTimeout(timer);
  }

  async draw(again: boolean): Promise<void> {
    await this.attempt(() => api.call('imageMap.start', { dataset: this.dataset, source: this.source, again }));
  }

  /** Loads the categories again, after an edit. */
  recolour(): void {
    void this.attempt(() => this.reloadColumn());
  }

  private async load(): Promise<void> {
    const about = { dataset: this.dataset, source: this.source };
    const own = ++this.latest;
    const status = await api.call('imageMap.status', about);
    if (own !== this.latest) return;
    const hasChanged = status.facts?.computedMs !== this.status?.facts?.computedMs;
    this.status = status;
    if (status.state === 'missing' || (this.points && !hasChanged)) return;
    const { ids, xy } = await api.call('imageMap.points', about);
    if (own !== this.latest) return;
    const selected = this.curator.targets;
    const bounds = boundsOf(xy);
    this.column = null;
    this.points = { ids, xy, bounds, index: new PointIndex(xy, bounds) };
    this.select(positionsOf(ids, selected));
    if (this.isWhole) this.view = this.whole;
    await this.reloadColumn();
  }

  private async reloadColumn(): Promise<void> {
    const { points, by, dataset } = this;
    if (!points) return;
    const column = await loadColumn(dataset, by, points.ids);
    if (points !== this.points || by !== this.by) return;
    this.column = column;
    this.shown = setOf(this.legend.map(({ key }) => key).filter((key) => this.shown.has(key)));
  }

  private async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (asAppError(error).code !== 'cancelled') toast.error(error);
    }
  }
}
