import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { ExperimentRow } from '../../../shared/experiment.ts';
import type { RunRow } from '../../../shared/run.ts';
import type { Metric, Part } from '../../../shared/charts/curves.ts';
import { MAX_RUNS } from '../../../shared/charts/line-styles.ts';
import type { Range } from '../../kit/charts/range.ts';
import { storedQuery, tableRows, type TableQuery } from './run-table.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { experiments } from '../../client/experiments.svelte.ts';
import { route } from '../../client/route.svelte.ts';
import { runs } from '../../client/runs.svelte.ts';
import { viewChoices } from '../../client/view-choices.ts';

/** State of the Train view: the selected run or experiment, the runs whose curves are shown, and the table's filter and order. */
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
  readonly listed = $derived(tableRows(runs.list, experiments.list, { ...this.query, dataset: this.dataset }));
  /** Experiments that a person unfolded or folded in the table. */
  private readonly folds = new SvelteMap<string, boolean>();
  private readonly candidates = $derived(runs.list.filter((run) => this.dataset === '' || run.dataset === this.dataset));
  /** Whether nothing but the data set limits the list. */
  readonly unfiltered = $derived(this.query.text.trim() === '' && this.query.status === 'all');
  /** Of the shown data sets the run in training, else the newest: shown unless the route names another. */
  private readonly newest = $derived(this.candidates.find(({ status }) => status === 'running') ?? this.candidates[0] ?? null);
  private readonly named = $derived(runs.byId(route.params['run']));
  /** The experiment whose details are shown: the one in the route, else that of the newest run. */
  readonly experiment = $derived<ExperimentRow | null>(
    this.named ? null : (experiments.byId(route.params['experiment']) ?? experiments.byId(this.newest?.experiment)),
  );
  /** The run whose details are shown: the one in the route, else the newest. Null for an experiment. */
  readonly selected = $derived<RunRow | null>(this.experiment ? null : (this.named ?? this.newest));
  /** The runs of the shown experiment, by the order of its seeds. */
  private readonly seedRuns = $derived((this.experiment?.states ?? []).flatMap(({ run }) => runs.byId(run) ?? []));
  /** The runs whose curves are shown, those of the details first. */
  readonly shown = $derived.by<RunRow[]>(() => {
    const own = this.selected ? [this.selected] : this.seedRuns;
    const compared = this.comparedIds.flatMap((id) => runs.byId(id) ?? []).filter((run) => !own.includes(run));
    return [...own, ...compared].slice(0, MAX_RUNS);
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
    route.set({ run: id, experiment: null, new: null });
    this.range = null;
  }

  selectExperiment(id: string): void {
    route.set({ experiment: id, run: null, new: null });
    this.range = null;
  }

  /** Whether the curves of a run are shown because its details, or those of its experiment, are. */
  isOfDetails(run: RunRow): boolean {
    return run === this.selected || this.seedRuns.includes(run);
  }

  /** Whether the table shows the runs of an experiment: as a person chose, else if one of them is selected. */
  isOpen(experiment: string): boolean {
    return this.folds.get(experiment) ?? this.selected?.experiment === experiment;
  }

  toggle(experiment: string): void {
    this.folds.set(experiment, !this.isOpen(experiment));
  }

  setShown(id: string, on: boolean): void {
    this.comparedIds = on ? [...new Set([...this.comparedIds, id])] : this.comparedIds.filter((known) => known !== id);
  }
}

export const runBoard = new RunBoard();
