import type { CuratedImage } from '../../../shared/curation.ts';
import { AppError } from '../../../shared/errors.ts';
import { similarityOf } from '../../../shared/calibration.ts';
import type { ExportTable } from '../../../shared/table-calls.ts';
import { TABLES } from '../../../shared/tables.ts';
import { verdictOf } from '../../domain/evaluate/threshold.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import { type TableRow, writeTable } from '../../foundation/table-file.ts';
import { embeddingRows, neighbourRows } from './embedding-rows.ts';
import type { TablePorts } from './ports.ts';

const PART = 2000; // rows: about 20 ms of work between two events

export interface ExportOptions {
  signal: AbortSignal;
  /** Images that were read because a run's features were not cached. */
  onProgress?: ((p: { done: number; total: number }) => void) | undefined;
}

/**
 * Writes a table of a data set; see TABLES for its columns. Throws AppError 'not-found', 'bad-request' for scores without a run of this data
 * set or of a run without a threshold, or for embeddings of a data set that is not analysed, 'cancelled', 'disk-full', 'workspace'.
 */
export async function exportTable(ports: TablePorts, request: ExportTable & { out: string }, options: ExportOptions): Promise<void> {
  const { dataset } = ports.datasets.header(request.dataset);
  const rows = await ROWS[request.table](ports, { ...request, dataset }, options);
  await writeTable({ file: request.out, format: request.format, columns: TABLES[request.table].columns, parts: partsOf(rows, options.signal) });
}

async function* partsOf(rows: Iterable<TableRow> | AsyncIterable<TableRow>, signal: AbortSignal): AsyncGenerator<TableRow[], void, undefined> {
  let part: TableRow[] = [];
  for await (const row of rows) {
    part.push(row);
    if (part.length < PART) continue;
    yield part;
    part = [];
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new AppError('cancelled', 'The export was cancelled; nothing was written.');
  }
  yield part;
}

type Rows = (
  ports: TablePorts,
  request: ExportTable,
  options: ExportOptions,
) => Promise<Iterable<TableRow>> | Iterable<TableRow> | AsyncIterable<TableRow>;

const ROWS: Record<ExportTable['table'], Rows> = {
  images: ({ images }, { dataset }) => images.all(dataset).map(imageRow),
  scores: scoreRows,
  comparisons: ({ runs, comparisons }, { dataset }) => {
    const own = new Set(runs.list().flatMap((run) => (run.dataset === dataset ? [run.run] : [])));
    return comparisons
      .list({ saved: true })
      .filter(({ run }) => own.has(run))
      .map((c) => [
        ...[c.comparison, c.run, c.images[0].file, c.images[1].file, c.images[0].sha256, c.images[1].sha256],
        ...[c.distance, c.similarity, c.threshold, c.verdict, c.judgement, c.note, c.createdMs],
      ]);
  },
  embeddings: embeddingRows,
  neighbours: neighbourRows,
  judgements: ({ judgements }, { dataset }) =>
    judgements
      .list(dataset)
      .map((j) => [j.queryFile, j.query, j.partnerFile, j.partner, j.judgement, j.distance, j.rank, JSON.stringify(j.source), j.createdMs]),
};

const imageRow = (i: CuratedImage): TableRow => [
  ...[i.file, i.className, i.importedClass, i.split, i.group ?? null],
  ...[i.tags, i.excluded, i.width, i.height, i.sha256],
];

async function scoreRows(ports: TablePorts, { dataset, run: asked, split }: ExportTable, { signal, onProgress }: ExportOptions): Promise<TableRow[]> {
  if (asked === undefined) throw new AppError('bad-request', 'Choose the run whose scores are written.', { field: 'run', flags: ['--run RUN'] });
  const run = ports.runs.get(asked);
  if (run.dataset !== dataset)
    throw new AppError('bad-request', `Run ${asked} was trained on another data set. Choose one of this data set.`, { run: asked });
  const calibration = ports.calibrationOf(run);
  const { pairs, distances } = await ports.distances(run, split, { signal, onProgress: onProgress ?? (() => undefined) });
  const images = new Map(ports.images.all(dataset).map((image) => [image.id, image]));
  return unpackPairs(pairs).map(({ a, b, label }, i) => {
    const [first, second] = [images.get(a)!, images.get(b)!];
    const distance = distances[i]!;
    return [
      ...[first.file, second.file, first.sha256, second.sha256, label === 0 ? 'same' : 'different'],
      ...[distance, similarityOf(distance, calibration), verdictOf(distance, calibration.threshold)],
    ];
  });
}
