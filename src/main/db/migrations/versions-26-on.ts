import type { Migration } from './migration.ts';

/** What is found of a whole data set, and what a person says of it. New migrations are appended here. */
export const VERSIONS_26_ON: readonly Migration[] = [
  {
    version: 26,
    sql: `
      -- What a person says of two images: an image that was looked for, and one that was found.
      CREATE TABLE image_judgements (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        query TEXT NOT NULL,     -- SHA-256 of the bytes of the image that was looked for
        query_file TEXT NOT NULL,
        partner TEXT,            -- of the image that was found; NULL: of all that were shown
        partner_file TEXT,
        judgement TEXT CHECK (judgement IN ('same', 'different', 'none')), -- NULL takes an earlier one back
        source TEXT NOT NULL,    -- JSON: EmbeddingSource
        distance REAL,
        rank INTEGER,
        created_ms INTEGER NOT NULL,
        undone_ms INTEGER
      ) STRICT;
      CREATE INDEX image_judgements_of_dataset ON image_judgements (dataset);
      -- A folder of images that are looked for in a data set, one after the other.
      CREATE TABLE folder_searches (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        folder TEXT NOT NULL,
        source TEXT NOT NULL,    -- JSON: EmbeddingSource
        searched TEXT NOT NULL,  -- JSON: the data set then, FolderSearch.searched
        created_ms INTEGER NOT NULL,
        removed_ms INTEGER
      ) STRICT;
      CREATE INDEX folder_searches_of_dataset ON folder_searches (dataset);
      CREATE TABLE folder_queries (
        search INTEGER NOT NULL REFERENCES folder_searches (number) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        file TEXT NOT NULL,      -- relative to the folder
        sha256 TEXT,             -- of its bytes; NULL: it can't be read
        problem TEXT,            -- why it can't be read
        candidates TEXT NOT NULL, -- JSON: [image, distance], nearest first
        decision TEXT CHECK (decision IN ('same', 'new', 'skipped')),
        judgement INTEGER REFERENCES image_judgements (number) ON DELETE SET NULL, -- of the decision; NULL if skipped
        decided_ms INTEGER,
        turn INTEGER,            -- order of decisions, to undo the last
        PRIMARY KEY (search, position)
      ) STRICT;
    `,
  },
  {
    version: 27,
    sql: `
      -- Thresholds of quality flags that a person chose.
      CREATE TABLE quality_thresholds (
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        flag TEXT NOT NULL,      -- QualityFlag
        threshold REAL NOT NULL,
        PRIMARY KEY (dataset, flag)
      ) STRICT, WITHOUT ROWID;
      -- Quality flags of images that are not a problem to a person.
      CREATE TABLE accepted_flags (
        dataset INTEGER NOT NULL,
        image INTEGER NOT NULL,
        flag TEXT NOT NULL,      -- QualityFlag
        PRIMARY KEY (dataset, image, flag),
        FOREIGN KEY (dataset, image) REFERENCES images (dataset, id) ON DELETE CASCADE
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 28,
    sql: `
      -- The last check of a data set's labels with each source of embeddings.
      CREATE TABLE label_checks (
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        source TEXT NOT NULL,    -- sourceKey
        record TEXT NOT NULL,    -- JSON: LabelCheck
        columns BLOB NOT NULL,   -- LabelColumns
        PRIMARY KEY (dataset, source)
      ) STRICT;
      -- Labels that a person says are right.
      CREATE TABLE confirmed_labels (
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        key TEXT NOT NULL,       -- EmbeddedSet.key: of the features that proposed another class
        image INTEGER NOT NULL,
        class TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        PRIMARY KEY (dataset, key, image, class)
      ) STRICT;
    `,
  },
  {
    version: 29,
    sql: `
      -- Pairs of images that a person said are no duplicates.
      CREATE TABLE rejected_duplicates (
        dataset INTEGER NOT NULL,
        a INTEGER NOT NULL,      -- images, a < b
        b INTEGER NOT NULL CHECK (a < b),
        rejected_ms INTEGER NOT NULL,
        PRIMARY KEY (dataset, a, b),
        FOREIGN KEY (dataset, a) REFERENCES images (dataset, id) ON DELETE CASCADE,
        FOREIGN KEY (dataset, b) REFERENCES images (dataset, id) ON DELETE CASCADE
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 30,
    sql: `
      -- A fourth judgement: the label of an image is wrong. SQLite can't change the CHECK of a column.
      ALTER TABLE comparisons ADD COLUMN judged TEXT CHECK (judged IN ('agree', 'disagree', 'unsure', 'wrong-label'));
      UPDATE comparisons SET judged = judgement;
      ALTER TABLE comparisons DROP COLUMN judgement;
      ALTER TABLE comparisons RENAME COLUMN judged TO judgement;
    `,
  },
  {
    version: 31,
    sql: `
      -- That a label is right is true of the image, whichever features proposed another class.
      CREATE TABLE right_labels (
        dataset INTEGER NOT NULL,
        image INTEGER NOT NULL,
        class TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        PRIMARY KEY (dataset, image, class),
        FOREIGN KEY (dataset, image) REFERENCES images (dataset, id) ON DELETE CASCADE
      ) STRICT, WITHOUT ROWID;
      INSERT INTO right_labels SELECT dataset, image, class, min(created_ms) FROM confirmed_labels GROUP BY dataset, image, class;
      DROP TABLE confirmed_labels;
      ALTER TABLE right_labels RENAME TO confirmed_labels;
    `,
  },
];
