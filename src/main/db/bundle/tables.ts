/** What a number in a column belongs to. A bundle's numbers become new ones in the workspace that opens it. */
export type Owner = 'dataset' | 'experiment' | 'run' | 'comparison' | 'report';

export interface BundledTable {
  name: string;
  /** SQL condition: which rows of a workspace go into a bundle. `chosen` is a temporary table of (owner, number). */
  where: string;
  /** Columns with numbers that are replaced when the bundle is opened. */
  numbers: Readonly<Record<string, Owner>>;
  /** Column with the row's own number, which no other table refers to. SQLite gives a new one when the bundle is opened. */
  ownNumber?: string;
  /** Column with the data set's id. */
  datasetId?: string;
  /** Column with the JSON of an EmbeddingSource, which may name a run. */
  source?: string;
  /** Rows are copied in slices of `id`, because there may be a million. */
  sliced?: true;
}

const chosen = (column: string, owner: Owner): string => `${column} IN (SELECT number FROM temp.chosen WHERE owner = '${owner}')`;
const ofDataset = { where: chosen('dataset', 'dataset'), numbers: { dataset: 'dataset' } } as const;
const ofRun = { where: chosen('run', 'run'), numbers: { run: 'run' } } as const;
const ofComparison = { where: chosen('comparison', 'comparison'), numbers: { comparison: 'comparison' } } as const;

/** Tables whose numbers other tables refer to. Insertion gives each row a new one. Parents come first. */
export const NUMBERED = {
  dataset: 'datasets',
  experiment: 'experiments',
  run: 'runs',
  comparison: 'comparisons',
  report: 'reports',
} as const satisfies Record<Owner, string>;

/** All other tables of a bundle, parents first. */
export const BUNDLED_TABLES: readonly BundledTable[] = [
  { name: 'images', ...ofDataset, sliced: true },
  { name: 'rejected', ...ofDataset },
  { name: 'pairs', ...ofDataset },
  { name: 'pair_sets', ...ofDataset },
  { name: 'pair_lists', ...ofDataset },
  { name: 'curations', ...ofDataset },
  { name: 'marks', ...ofDataset },
  { name: 'tags', ...ofDataset },
  { name: 'quality_thresholds', ...ofDataset },
  { name: 'accepted_flags', ...ofDataset },
  { name: 'rejected_duplicates', ...ofDataset },
  { name: 'confirmed_labels', ...ofDataset },
  {
    name: 'image_judgements',
    where: `${ofDataset.where} AND (json_extract(source, '$.run') IS NULL
      OR json_extract(source, '$.run') IN (SELECT 'r' || number FROM temp.chosen WHERE owner = 'run'))`,
    numbers: ofDataset.numbers,
    ownNumber: 'number',
    source: 'source',
  },
  { name: 'epochs', ...ofRun },
  { name: 'thresholds', ...ofRun },
  { name: 'structures', ...ofRun },
  { name: 'randomisations', ...ofRun },
  { name: 'map_scales', ...ofRun },
  { name: 'map_checks', ...ofComparison },
  { name: 'flip_tests', ...ofComparison },
  { name: 'what_ifs', ...ofComparison, where: `${ofComparison.where} AND removed_ms IS NULL`, ownNumber: 'number' },
  { name: 'what_if_drafts', ...ofComparison },
  {
    name: 'encoder_comparisons',
    where: `dataset IN (SELECT id FROM source.datasets WHERE ${chosen('number', 'dataset')})`,
    numbers: {},
    ownNumber: 'number',
    datasetId: 'dataset',
  },
  { name: 'report_logos', where: `sha256 IN (SELECT logo FROM source.reports WHERE ${chosen('number', 'report')})`, numbers: {} },
];

/** Tables that a bundle does not have, each with the reason. */
export const NOT_BUNDLED: Readonly<Record<string, string>> = {
  dataset_ids: 'the workspace that opens the bundle gives the data set an id',
  curated: 'derived from the edits when it is needed',
  folder_searches: 'they name folders of this computer; their judgements are in image_judgements',
  folder_queries: 'as folder_searches',
  label_checks: 'about embeddings, which a bundle does not have: checked again there',
  pair_distances: 'a cache: computed again from the networks',
};
