import type { RunRow } from '../../../shared/run.ts';
import { backboneName, STATUS_WORDS, runName, statusWord } from '../../../shared/run-words.ts';
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
  network: (run) => backboneName(run.config.backbone),
  status: statusWord,
  epochs: (run) => run.epochs.length,
  auc: (run) => validationAuc(run)?.auc ?? null,
  test: (run) => listedTestAuc(run)?.auc ?? null,
  seconds: (run) => run.seconds,
  created: (run) => run.createdMs,
};

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b), 'en', { numeric: true }) : a - b;

/** Filters and sorts runs. Runs without a value are last in either order. */
export function tableRuns(runs: readonly RunRow[], query: TableQuery): RunRow[] {
  const words = query.text.trim().toLowerCase();
  const textOf = (run: RunRow): string =>
    [runName(run), run.run, run.dataset, backboneName(run.config.backbone), run.note, ...run.tags].join('\n').toLowerCase();
  const value = SORT[query.column];
  return runs
    .filter((run) => (query.status === 'all' || run.status === query.status) && (query.dataset === '' || run.dataset === query.dataset))
    .filter((run) => words === '' || textOf(run).includes(words))
    .toSorted((a, b) => {
      const [x, y] = [value(a), value(b)];
      const [xMissing, yMissing] = [isMissing(x), isMissing(y)];
      if (xMissing || yMissing) return Number(xMissing) - Number(yMissing) || b.createdMs - a.createdMs;
      return (query.descending ? -1 : 1) * compare(x!, y!) || b.createdMs - a.createdMs;
    });
}

const isMissing = (value: string | number | null): boolean => value === null || (typeof value === 'number' && !Number.isFinite(value));

/** The query after a click on a column header: reverses the sorted column; another column sorts numbers in descending order first. */
export function sortByColumn(query: TableQuery, column: Column): TableQuery {
  if (query.column === column) return { ...query, descending: !query.descending };
  return { ...query, column, descending: COLUMNS.find((c) => c.column === column)!.number };
}
