import type { ExperimentRow } from '../../../shared/experiment.ts';
import { experimentName, experimentStatusWord } from '../../../shared/experiment-words.ts';
import type { RunRow } from '../../../shared/run.ts';
import { networkName, STATUS_WORDS, runName, statusWord } from '../../../shared/run-words.ts';
import { listedTestAuc, validationAuc } from '../../../shared/listed-auc.ts';
import { restoreChoices } from '../../client/stored-choices.ts';

export const COLUMNS = [
  { column: 'name', text: 'Run', number: false },
  { column: 'dataset', text: 'Data set', number: false },
  { column: 'network', text: 'Network', number: false },
  { column: 'status', text: 'Status', number: false },
  { column: 'epochs', text: 'Epochs', number: true },
  { column: 'auc', text: 'Validation AUC', number: true },
  { column: 'test', text: 'Test AUC', number: true },
  { column: 'seconds', text: 'Time', number: true },
  { column: 'created', text: 'Started', number: true },
] as const;
export type Column = (typeof COLUMNS)[number]['column'];

export interface TableQuery {
  text: string; // part of a name, tag, note, network or data set; ignores case
  status: RunRow['status'] | 'all';
  dataset: string; // id; '' for all
  column: Column;
  descending: boolean;
}

export const NEWEST_FIRST: TableQuery = { text: '', status: 'all', dataset: '', column: 'created', descending: true };

/** The stored query, without invalid entries. Its data set is not restored. */
export const storedQuery = (stored: unknown): TableQuery => ({
  ...restoreChoices(NEWEST_FIRST, stored, { status: ['all', ...Object.keys(STATUS_WORDS)], column: COLUMNS.map(({ column }) => column) }),
  dataset: '',
});

const SORT: Record<Column, (run: RunRow) => string | number | null> = {
  name: runName,
  dataset: (run) => run.dataset,
  network: (run) => networkName(run.config),
  status: statusWord,
  epochs: (run) => run.epochs.length,
  auc: (run) => validationAuc(run)?.auc ?? null,
  test: (run) => listedTestAuc(run)?.auc ?? null,
  seconds: (run) => run.seconds,
  created: (run) => run.createdMs,
};

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b), 'en', { numeric: true }) : a - b;

/** A row of the table: a run, or an experiment with those of its runs that match. */
export interface TableRow {
  experiment: ExperimentRow | null;
  runs: RunRow[]; // one without an experiment
}

const EXPERIMENT_SORT: Record<Column, (row: TableRow & { experiment: ExperimentRow }) => string | number | null> = {
  name: ({ experiment }) => experimentName(experiment),
  dataset: ({ experiment }) => experiment.dataset,
  network: ({ experiment }) => networkName(experiment.config),
  status: ({ experiment }) => experimentStatusWord(experiment),
  epochs: ({ runs }) => Math.max(...runs.map((run) => run.epochs.length)),
  auc: ({ experiment }) => experiment.spread?.validAuc?.mean ?? null,
  test: ({ experiment }) => experiment.spread?.auc?.mean ?? null,
  seconds: ({ runs }) => runs.reduce((sum, run) => sum + run.seconds, 0),
  created: ({ experiment }) => experiment.createdMs,
};

/** Filters and sorts runs and experiments: these by their means, and the runs within them likewise. Words match a run or its experiment. */
export function tableRows(runs: readonly RunRow[], experiments: readonly ExperimentRow[], query: TableQuery): TableRow[] {
  const byId = new Map(experiments.map((one) => [one.experiment, one]));
  const wordsOf = (run: RunRow): string => {
    const of = byId.get(run.experiment ?? '');
    return of ? [experimentName(of), of.experiment, of.note, ...of.tags, `seed ${run.config.seed}`].join('\n') : '';
  };
  const rows = new Map<string, TableRow>();
  for (const run of tableRuns(runs, query, wordsOf)) {
    const experiment = byId.get(run.experiment ?? '') ?? null;
    const known = experiment && rows.get(experiment.experiment);
    if (known) known.runs.push(run);
    else rows.set(experiment?.experiment ?? run.run, { experiment, runs: [run] });
  }
  const value = ({ experiment, runs: own }: TableRow): string | number | null =>
    experiment ? EXPERIMENT_SORT[query.column]({ experiment, runs: own }) : SORT[query.column](own[0]!);
  const created = ({ experiment, runs: own }: TableRow): number => experiment?.createdMs ?? own[0]!.createdMs;
  return sorted([...rows.values()], value, created, query.descending);
}

/** Filters and sorts runs. Runs without a value are last in either order. `wordsOf`: other words that the filter finds a run by. */
export function tableRuns(runs: readonly RunRow[], query: TableQuery, wordsOf: (run: RunRow) => string = () => ''): RunRow[] {
  const words = query.text.trim().toLowerCase();
  const textOf = (run: RunRow): string =>
    [runName(run), run.run, run.dataset, networkName(run.config), run.note, ...run.tags, wordsOf(run)].join('\n').toLowerCase();
  const found = runs
    .filter((run) => (query.status === 'all' || run.status === query.status) && (query.dataset === '' || run.dataset === query.dataset))
    .filter((run) => words === '' || textOf(run).includes(words));
  return sorted(found, SORT[query.column], (run) => run.createdMs, query.descending);
}

/** Items without a value are last in either order; of equals the newest is first. */
function sorted<T>(items: readonly T[], value: (item: T) => string | number | null, created: (item: T) => number, descending: boolean): T[] {
  return items.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    const [xMissing, yMissing] = [isMissing(x), isMissing(y)];
    if (xMissing || yMissing) return Number(xMissing) - Number(yMissing) || created(b) - created(a);
    return (descending ? -1 : 1) * compare(x!, y!) || created(b) - created(a);
  });
}

const isMissing = (value: string | number | null): boolean => value === null || (typeof value === 'number' && !Number.isFinite(value));

/** The query after a click on a column header: reverses the sorted column; another column sorts numbers in descending order first. */
export function sortByColumn(query: TableQuery, column: Column): TableQuery {
  if (query.column === column) return { ...query, descending: !query.descending };
  return { ...query, column, descending: COLUMNS.find((c) => c.column === column)!.number };
}
