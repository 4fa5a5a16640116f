/** Types of a column. In CSV a list of texts is separated by "; ", a list of numbers is JSON; a missing value is empty. */
export type ColumnType = 'text' | 'texts' | 'integer' | 'number' | 'numbers' | 'boolean' | 'time';

export interface TableColumn {
  name: string;
  type: ColumnType;
  about: string;
}

const column = (name: string, type: ColumnType, about: string): TableColumn => ({ name, type, about });

const PAIR = [
  column('a', 'text', 'file of image A, relative to the data set’s folder'),
  column('b', 'text', 'file of image B'),
  column('sha256_a', 'text', 'SHA-256 of the bytes of A'),
  column('sha256_b', 'text', 'SHA-256 of the bytes of B'),
];

/** The tables that a data set can be written to. docs/tables.md describes them for people who read them with other programs. */
export const TABLES = {
  images: {
    title: 'Images',
    about: 'One row per image, including excluded ones.',
    needs: null,
    columns: [
      column('file', 'text', 'relative to the data set’s folder'),
      column('class', 'text', 'now'),
      column('imported_class', 'text', 'at the import'),
      column('split', 'text', 'train, valid or test'),
      column('group', 'text', 'subject of the image; missing without groups'),
      column('tags', 'texts', 'in alphabetical order'),
      column('excluded', 'boolean', ''),
      column('width', 'integer', 'px, upright'),
      column('height', 'integer', 'px, upright'),
      column('sha256', 'text', 'of the file’s bytes'),
    ],
  },
  scores: {
    title: 'Pairs with scores',
    about: 'The validation or test pairs of a run, with what its network says of them.',
    needs: 'run',
    columns: [
      ...PAIR,
      column('label', 'text', 'same or different'),
      column('distance', 'number', 'D; at most 2 where embeddings have length 1'),
      column('similarity', 'number', '0 to 1, by the curve of the run'),
      column('verdict', 'text', 'same or different, at the threshold of the run'),
    ],
  },
  comparisons: {
    title: 'Comparisons and judgements',
    about: 'The saved comparisons of the data set’s runs, with what a person said of them.',
    needs: null,
    columns: [
      column('comparison', 'text', 'id'),
      column('run', 'text', 'id'),
      column('a', 'text', 'path of image A'),
      column('b', 'text', 'path of image B'),
      ...PAIR.slice(2),
      column('distance', 'number', 'D; at most 2 where embeddings have length 1'),
      column('similarity', 'number', '0 to 1'),
      column('threshold', 'number', 'distance: above it the verdict is different'),
      column('verdict', 'text', 'same or different'),
      column('judgement', 'text', 'agree, disagree, unsure or wrong-label; missing: none'),
      column('note', 'text', ''),
      column('created', 'time', ''),
    ],
  },
  judgements: {
    title: 'Judgements on found images',
    about: 'What a person said of images that were found for another one.',
    needs: null,
    columns: [
      column('query', 'text', 'file of the image that was looked for'),
      column('sha256_query', 'text', 'SHA-256 of its bytes'),
      column('partner', 'text', 'file of the image that was found; missing: of none'),
      column('sha256_partner', 'text', ''),
      column('judgement', 'text', 'same, different, or none: no image that was shown'),
      column('distance', 'number', 'by the encoder or run that found it'),
      column('rank', 'integer', 'place in the list, from 1'),
      column('source', 'text', 'JSON: the encoder or run'),
      column('created', 'time', ''),
    ],
  },
  embeddings: {
    title: 'Embeddings',
    about: 'One row per readable image of an analysed data set, including excluded ones.',
    needs: 'source',
    columns: [
      column('file', 'text', 'relative to the data set’s folder'),
      column('sha256', 'text', 'of the file’s bytes'),
      column('class', 'text', 'now'),
      column('split', 'text', 'train, valid or test'),
      column('excluded', 'boolean', ''),
      column('embedding', 'numbers', 'float32; of an encoder of length 1 (cosine), of a run as its distance D uses it (Euclidean)'),
    ],
  },
  neighbours: {
    title: 'Neighbours',
    about: 'The nearest 20 images of each image of an analysed data set, nearest first.',
    needs: 'source',
    columns: [
      column('file', 'text', 'relative to the data set’s folder'),
      column('sha256', 'text', 'of the file’s bytes'),
      column('rank', 'integer', 'from 1'),
      column('neighbour', 'text', 'file of the neighbour'),
      column('sha256_neighbour', 'text', ''),
      column('distance', 'number', '1 - cosine of an encoder, 0 to 2; D of a run'),
    ],
  },
} as const satisfies Record<string, { title: string; about: string; needs: 'run' | 'source' | null; columns: readonly TableColumn[] }>;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as [TableName, ...TableName[]];
export const TABLE_FORMATS = ['csv', 'parquet'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** What a table from elsewhere would change in a data set. */
export interface TablePlan {
  rows: number;
  key: 'file' | 'sha256'; // how rows are matched with images
  images: number; // matched ones
  unknown: string[]; // values of the key that no image has, at most 20
  unknownRows: number;
  classes: { className: string; images: number }[]; // images whose class would change, by their new one
  tags: { tag: string; images: number }[]; // images that would get a tag
}
