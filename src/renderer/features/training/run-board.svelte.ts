import { SvelteSet } from 'svelte/reactivity';
import type { RunRow } from '../../../shared/run.ts';
import type { Metric, Part } from '../../../shared/charts/curves.ts';
import { MAX_RUNS } from '../../../shared/charts/line-styles.ts';
import type { Range } from '../../kit/charts/range.ts';
import { storedQuery, tableRuns, type TableQuery } from './run-table.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { route } from '../../client/route.svelte.ts';
import { runs } from '../../client/runs.svelte.ts';
import { viewChoices } from '../../client/view-choices.ts';

/** State of the Train view: the selected run, the runs whose curves are shown, and the table's filter and order. */
class RunBoard {
  metric = $state<Metric | 'all'>('all');
  part = $state<Part | 'both'>('both');
  smoothing = $state(0); // 0..1
  log = $state(false);
  range = $state.raw<Range | null>(null);
  epoch = $state<number | null>(null);
  asTable = $state(false);
  differencesOnly = $state(true);
  /** Runs whose training was asked to stop; it drops the epoch in progress. */
  readonly stopping = new SvelteSet<string>();
  private tableQuery = $state.raw<TableQuery>(storedQuery(viewChoices.read('train')));
  /** The data set whose runs the person has chosen to see; '' for all, null for the current one. */
  chosenDataset = $state<string | null>(null);
  private comparedIds = $state.raw<string[]>([]);

  readonly dataset = $derived(this.chosenDataset ?? datasets.current?.dataset ?? ''); // '' for all
  readonly listed = $derived(tableRuns(runs.list, { ...this.query, dataset: this.dataset }));
  private readonly candidates = $derived(runs.list.filter((run) => this.dataset === '' || run.dataset === this.dataset));
  /** Whether nothing but the data set limits the list. */
  readonly unfiltered = $derived(this.query.text.trim() === '' && this.query.status === 'all');
  /** The run whose details are shown: the one in the route, else of the shown data sets the one in training, else the newest. */
  readonly selected = $derived<RunRow | null>(
    runs.byId(route.params['run']) ?? this.candidates.find(({ status }) => status === 'running') ?? this.candidates[0] ?? null,
  );
  /** The runs whose curves are shown, the selected one first. */
  readonly shown = $derived.by<RunRow[]>(() => {
    const compared = this.comparedIds.flatMap((id) => runs.byId(id) ?? []).filter((run) => run !== this.selected);
    return [...(this.selected ? [this.selected] : []), ...compared].slice(0, MAX_RUNS);
  });
  readonly full = $derived(this.shown.length >= MAX_RUNS);
  readonly parts = $derived<readonly Part[]>(this.part === 'both' ? ['train', 'valid'] : [this.part]);

  get query(): TableQuery {
    return this.tableQuery;
  }

  set query(query: TableQuery) {
    this.tableQuery = query;
    viewChoices.store('train', query);
  }

  select(id: string): void {
    route.set({ run: id, new: null });
    this.range = null;
  }

  setShown(id: string, on: boolean): void {
    this.comparedIds = on ? [...new Set([...this.comparedIds, id])] : this.comparedIds.filter((known) => known !== id);
  }
}

export const runBoard = new RunBoard();
