import type { Migration } from './migration.ts';

/** Data sets, runs, epochs, comparisons and reports, and the notes on them. */
export const VERSIONS_1_TO_8: readonly Migration[] = [
  {
    version: 1,
    sql: `
      -- All ids ever used, including those of deleted data sets: ids are never reused.
      CREATE TABLE dataset_ids (id TEXT PRIMARY KEY) STRICT;

      CREATE TABLE datasets (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE REFERENCES dataset_ids (id),
        name TEXT NOT NULL,
        root TEXT NOT NULL,
        images INTEGER NOT NULL,
        classes TEXT NOT NULL,  -- JSON: class name -> images
        splits TEXT NOT NULL,   -- JSON: split -> images
        pairs TEXT NOT NULL,    -- JSON: split -> stored pairs
        groups INTEGER,
        group_by TEXT,          -- regular expression
        split_seed INTEGER NOT NULL,
        warnings TEXT NOT NULL, -- JSON: sentences
        snapshot TEXT NOT NULL,
        created_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX datasets_by_name ON datasets (name);

      CREATE TABLE images (
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        id INTEGER NOT NULL,
        file TEXT NOT NULL,
        class TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        subject TEXT,           -- ImageRecord.group
        width INTEGER NOT NULL, -- px, after EXIF rotation
        height INTEGER NOT NULL,
        split TEXT NOT NULL CHECK (split IN ('train', 'valid', 'test')),
        PRIMARY KEY (dataset, id),
        UNIQUE (dataset, file)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE rejected (
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        file TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (dataset, position)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE pairs (
        dataset INTEGER NOT NULL,
        split TEXT NOT NULL CHECK (split IN ('train', 'valid', 'test')),
        position INTEGER NOT NULL,
        a INTEGER NOT NULL,
        b INTEGER NOT NULL CHECK (b <> a),
        label INTEGER NOT NULL CHECK (label IN (0, 1)), -- 1 = different class
        PRIMARY KEY (dataset, split, position),
        FOREIGN KEY (dataset, a) REFERENCES images (dataset, id) ON DELETE CASCADE,
        FOREIGN KEY (dataset, b) REFERENCES images (dataset, id) ON DELETE CASCADE
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        dataset TEXT NOT NULL REFERENCES datasets (id),
        snapshot TEXT NOT NULL,
        config TEXT NOT NULL,    -- JSON: RunConfig
        status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'cancelled', 'interrupted')),
        best_epoch INTEGER,
        calibration TEXT,        -- JSON: Calibration
        valid_distances TEXT,    -- JSON: sorted distances by label
        metrics TEXT NOT NULL,   -- JSON: Metrics[], at most one a split
        warnings TEXT NOT NULL,  -- JSON: sentences
        model_sha256 TEXT,
        seconds REAL NOT NULL,
        versions TEXT NOT NULL,  -- JSON: library -> version
        created_ms INTEGER NOT NULL,
        finished_ms INTEGER,
        error TEXT
      ) STRICT;

      -- SQLite stores NaN as NULL, so a number a diverged run may lack is nullable here and NaN in an EpochRow.
      CREATE TABLE epochs (
        run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
        epoch INTEGER NOT NULL CHECK (epoch >= 1),
        loss_train REAL,
        loss_valid REAL,
        auc_train REAL,
        auc_valid REAL,
        accuracy_train REAL,
        accuracy_valid REAL,
        lr REAL,
        seconds REAL,
        images_per_second REAL,
        best INTEGER NOT NULL CHECK (best IN (0, 1)),
        PRIMARY KEY (run, epoch)
      ) STRICT, WITHOUT ROWID;

      -- A number is reserved by a row without a record: the record names files in a folder named by the number.
      CREATE TABLE comparisons (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        run INTEGER REFERENCES runs (number),
        created_ms INTEGER NOT NULL,
        record TEXT              -- JSON: Comparison
      ) STRICT;
    `,
  },
  {
    version: 2,
    sql: `
      -- Time of removal. The data set can be restored until the next start; it is then deleted unless a run was trained on it.
      ALTER TABLE datasets ADD COLUMN removed_ms INTEGER;

      -- History of edits of a data set, in order of time. Rows are never deleted.
      CREATE TABLE curations (
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        position INTEGER NOT NULL CHECK (position >= 1),
        kind TEXT NOT NULL CHECK (kind IN ('exclude', 'include', 'relabel', 'tag', 'untag')),
        value TEXT,              -- class or tag
        images INTEGER NOT NULL, -- how many it changed
        changed TEXT NOT NULL,   -- JSON: their ids; for 'relabel' [class before, ids][]
        made_ms INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('done', 'undone', 'dropped')), -- dropped: undone, and another edit came after
        undone_ms INTEGER,
        PRIMARY KEY (dataset, position)
      ) STRICT, WITHOUT ROWID;

      -- Current state of images: a row only for images that differ from their import.
      CREATE TABLE marks (
        dataset INTEGER NOT NULL,
        image INTEGER NOT NULL,
        excluded INTEGER NOT NULL CHECK (excluded IN (0, 1)),
        class TEXT,              -- NULL: as imported
        PRIMARY KEY (dataset, image),
        FOREIGN KEY (dataset, image) REFERENCES images (dataset, id) ON DELETE CASCADE
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE tags (
        dataset INTEGER NOT NULL,
        image INTEGER NOT NULL,
        tag TEXT NOT NULL,
        PRIMARY KEY (dataset, image, tag),
        FOREIGN KEY (dataset, image) REFERENCES images (dataset, id) ON DELETE CASCADE
      ) STRICT, WITHOUT ROWID;

      -- Data derived from the marks of an edited data set: computed when needed, deleted by the next edit.
      CREATE TABLE curated (
        dataset INTEGER PRIMARY KEY REFERENCES datasets (number) ON DELETE CASCADE,
        summary TEXT NOT NULL,   -- JSON: images, classes, splits, pairs, groups, warnings, snapshot
        train BLOB NOT NULL,     -- pairs: a, b, label as 32-bit little-endian integers, one pair after the other
        valid BLOB NOT NULL,
        test BLOB NOT NULL
      ) STRICT;
    `,
  },
  {
    version: 3,
    sql: `
      -- Annotations of a run. A removed run keeps its row, because saved comparisons refer to it; only its files are deleted.
      ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT '';
      ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'; -- JSON: strings
      ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
      ALTER TABLE runs ADD COLUMN removed_ms INTEGER;
    `,
  },
  {
    version: 4,
    sql: `
      -- Annotations of a comparison. Older comparisons and those of the command line count as saved.
      ALTER TABLE comparisons ADD COLUMN saved INTEGER NOT NULL DEFAULT 1 CHECK (saved IN (0, 1));
      ALTER TABLE comparisons ADD COLUMN judgement TEXT CHECK (judgement IN ('agree', 'disagree', 'unsure'));
      ALTER TABLE comparisons ADD COLUMN note TEXT NOT NULL DEFAULT '';
      -- Time of removal: can be restored until the next start, then deleted.
      ALTER TABLE comparisons ADD COLUMN removed_ms INTEGER;
      CREATE INDEX comparisons_by_pair ON comparisons (run, json_extract(record, '$.images[0].sha256'), json_extract(record, '$.images[1].sha256'));
    `,
  },
  {
    version: 5,
    sql: `
      -- A removed report can be restored until the next start. Its number is never reused.
      CREATE TABLE reports (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        introduction TEXT NOT NULL,
        comparisons TEXT NOT NULL, -- JSON: ids, in order
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL,
        html TEXT,                 -- path, where it was last written
        html_ms INTEGER,
        pdf TEXT,
        pdf_ms INTEGER,
        removed_ms INTEGER
      ) STRICT;
    `,
  },
  {
    version: 6,
    sql: `
      -- Engine, device and batch of a run, one entry per start or resume. Empty for runs of older versions.
      ALTER TABLE runs ADD COLUMN sessions TEXT NOT NULL DEFAULT '[]'; -- JSON: RunSession
    `,
  },
  {
    version: 7,
    sql: `
      -- SHA-256 of the decoded pixels. NULL for imports of older versions, until the folder is imported again.
      ALTER TABLE images ADD COLUMN content TEXT;
    `,
  },
  {
    version: 8,
    sql: `
      ALTER TABLE datasets ADD COLUMN sample_bits INTEGER; -- DatasetSummary.sampleBits
      ALTER TABLE images ADD COLUMN facts TEXT;            -- JSON: ImageRecord.facts; null: none
    `,
  },
];
