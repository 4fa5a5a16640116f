import type { Migration } from './migration.ts';

/** What is measured of maps and networks, the contents of reports, and edits of pairs. */
export const VERSIONS_9_TO_25: readonly Migration[] = [
  {
    version: 9,
    sql: `
      -- RunMapScale of a run's network at a layer, once it is measured.
      CREATE TABLE map_scales (
        run INTEGER NOT NULL REFERENCES runs (number),
        model_sha256 TEXT NOT NULL,
        layer TEXT NOT NULL,
        full_colour REAL NOT NULL,
        images INTEGER NOT NULL,
        PRIMARY KEY (run, model_sha256, layer)
      ) STRICT;
    `,
  },
  {
    version: 10,
    sql: `
      -- A report of an older version has every section, because it had all of their content.
      ALTER TABLE reports ADD COLUMN sections TEXT NOT NULL -- JSON: ReportSection[]
        DEFAULT '["signature","quality","training","dataset","method","terms","files","details"]';
      ALTER TABLE reports ADD COLUMN author TEXT NOT NULL DEFAULT '';
      ALTER TABLE reports ADD COLUMN logo TEXT; -- report_logos.sha256
      CREATE TABLE report_logos (
        sha256 TEXT PRIMARY KEY,
        png BLOB NOT NULL
      ) STRICT;
    `,
  },
  {
    version: 11,
    sql: `
      -- Scales of each explanation method. Those measured before there was a choice are of Grad-CAM.
      CREATE TABLE map_scales_by_method (
        run INTEGER NOT NULL REFERENCES runs (number),
        model_sha256 TEXT NOT NULL,
        method TEXT NOT NULL,
        layer TEXT NOT NULL,
        full_colour REAL NOT NULL,
        images INTEGER NOT NULL,
        PRIMARY KEY (run, model_sha256, method, layer)
      ) STRICT;
      INSERT INTO map_scales_by_method SELECT run, model_sha256, 'gradcam', layer, full_colour, images FROM map_scales;
      DROP TABLE map_scales;
      ALTER TABLE map_scales_by_method RENAME TO map_scales;
    `,
  },
  {
    version: 12,
    sql: `
      -- How faithful the maps of a comparison are, once they are checked. The comparison's record has what they depend on: network, method,
      -- layer, target and files. It never changes in these.
      CREATE TABLE map_checks (
        comparison INTEGER PRIMARY KEY REFERENCES comparisons (number) ON DELETE CASCADE,
        recipe INTEGER NOT NULL, -- RECIPE in src/shared/faithfulness.ts; checks of other versions are computed again
        record TEXT NOT NULL     -- JSON: FaithfulnessCheck
      ) STRICT;
    `,
  },
  {
    version: 13,
    sql: `
      -- What-if edits of a comparison. A removed one can be restored until the next start, then it is deleted.
      CREATE TABLE what_ifs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        comparison INTEGER NOT NULL REFERENCES comparisons (number) ON DELETE CASCADE,
        record TEXT NOT NULL,    -- JSON: WhatIfContent
        note TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        removed_ms INTEGER
      ) STRICT;
      CREATE INDEX what_ifs_by_comparison ON what_ifs (comparison);
      -- Strokes that are not saved as an edit.
      CREATE TABLE what_if_drafts (
        comparison INTEGER PRIMARY KEY REFERENCES comparisons (number) ON DELETE CASCADE,
        strokes TEXT NOT NULL    -- JSON: Stroke[]
      ) STRICT;
    `,
  },
  {
    version: 14,
    sql: `
      -- Which parts of its images a comparison's verdict depends on, once it is tested. As map_checks.
      CREATE TABLE flip_tests (
        comparison INTEGER PRIMARY KEY REFERENCES comparisons (number) ON DELETE CASCADE,
        recipe INTEGER NOT NULL, -- FLIP_RECIPE in src/shared/flip.ts; tests of other versions are computed again
        record TEXT NOT NULL     -- JSON: FlipTest
      ) STRICT;
    `,
  },
  {
    version: 15,
    sql: `
      -- How the maps of a run's network change when its weights are redrawn, once it is measured.
      CREATE TABLE randomisations (
        run INTEGER NOT NULL REFERENCES runs (number),
        model_sha256 TEXT NOT NULL,
        method TEXT NOT NULL,
        layer TEXT NOT NULL,
        recipe INTEGER NOT NULL, -- RANDOMISATION_RECIPE in src/shared/randomisation.ts; those of other versions are measured again
        record TEXT NOT NULL,    -- JSON: Randomisation
        PRIMARY KEY (run, model_sha256, method, layer)
      ) STRICT;
    `,
  },
  {
    version: 16,
    sql: `
      -- The pairs that runs are validated and evaluated on: of a state of the data set, and of a meaning of "same". Table pairs has those
      -- that older versions sampled at the import.
      CREATE TABLE pair_sets (
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        snapshot TEXT NOT NULL,
        relation TEXT NOT NULL,  -- relationKey in src/shared/pair-relation.ts
        recipe INTEGER NOT NULL, -- PAIR_RECIPE in src/main/domain/pairs/evaluation-pairs.ts
        split TEXT NOT NULL CHECK (split IN ('train', 'valid', 'test')),
        hash TEXT NOT NULL,
        pairs BLOB NOT NULL,     -- a, b and label as 32-bit little-endian integers, one pair after the other
        PRIMARY KEY (dataset, snapshot, relation, recipe, split)
      ) STRICT;
      -- Without pairs, which are in pair_sets. Derived again when it is needed.
      DROP TABLE curated;
      CREATE TABLE curated (
        dataset INTEGER PRIMARY KEY REFERENCES datasets (number) ON DELETE CASCADE,
        summary TEXT NOT NULL    -- JSON: images, classes, splits, pairs, groups, warnings, snapshot
      ) STRICT;
    `,
  },
  {
    version: 17,
    sql: `
      -- Thresholds that were chosen for a run's network, with what was known then. The newest is in force, as in runs.calibration. A run without
      -- any has the threshold of its training.
      CREATE TABLE thresholds (
        run INTEGER NOT NULL REFERENCES runs (number),
        model_sha256 TEXT NOT NULL,
        entry INTEGER NOT NULL,  -- from 1, by time
        threshold REAL NOT NULL, -- distance
        choice TEXT NOT NULL,    -- JSON: StoredChoice
        reason TEXT NOT NULL,
        chosen_ms INTEGER NOT NULL,
        test_seen INTEGER NOT NULL CHECK (test_seen IN (0, 1)),
        restored INTEGER,        -- the entry that this one restores
        PRIMARY KEY (run, model_sha256, entry)
      ) STRICT;
    `,
  },
  {
    version: 18,
    sql: `
      -- What the data set calls its groups: "listing"; NULL: "group", or no groups.
      ALTER TABLE datasets ADD COLUMN group_name TEXT;
    `,
  },
  {
    version: 19,
    sql: `
      -- Neighbours and classes of a run on its test images, once they are measured.
      CREATE TABLE structures (
        run INTEGER NOT NULL REFERENCES runs (number),
        model_sha256 TEXT NOT NULL,
        pair_set TEXT NOT NULL,  -- pair_sets.hash
        recipe INTEGER NOT NULL, -- STRUCTURE_RECIPE in src/shared/structure.ts; those of other versions are measured again
        record TEXT NOT NULL,    -- JSON: RunStructure
        PRIMARY KEY (run, model_sha256, pair_set)
      ) STRICT;
    `,
  },
  {
    version: 20,
    sql: `
      -- Distances of stored pairs, so that figures of two networks can be compared: computing them again may take minutes.
      CREATE TABLE pair_distances (
        network TEXT NOT NULL,   -- of a run: its number and the SHA-256 of its network; or what an untrained network depends on
        pairs TEXT NOT NULL,     -- PairSet.hash and the pairs' order
        distances BLOB NOT NULL, -- float64, little endian, in the order of the pairs
        PRIMARY KEY (network, pairs)
      ) STRICT;
    `,
  },
  {
    version: 21,
    sql: `
      -- Pairs of a data set that a person listed in a file. The file is not read again.
      CREATE TABLE pair_lists (
        dataset INTEGER NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
        sha256 TEXT NOT NULL,    -- of the pairs: hashOfPairs
        source TEXT NOT NULL,    -- name of the file
        pairs BLOB NOT NULL,     -- as in pair_sets
        created_ms INTEGER NOT NULL,
        PRIMARY KEY (dataset, sha256)
      ) STRICT;
    `,
  },
  {
    version: 22,
    sql: `
      -- Sentences stored after a training that are now found from the run's numbers.
      UPDATE runs SET warnings = (
        SELECT json_group_array(value) FROM json_each(runs.warnings)
        WHERE value NOT LIKE 'The network gives nearly every pair the same distance%'
          AND value NOT LIKE 'Only % different pairs come near%'
          AND value NOT LIKE 'There are only %'
      ) WHERE warnings <> '[]';
    `,
  },
  {
    version: 23,
    sql: `
      -- The validation pairs that a threshold was chosen on, JSON: ChosenOn. NULL: chosen by a version that did not store them.
      ALTER TABLE thresholds ADD COLUMN chosen_on TEXT;
    `,
  },
  {
    version: 24,
    sql: `
      -- The same training with several seeds. Its runs have its number; a seed without a run was not started.
      CREATE TABLE experiments (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        dataset TEXT NOT NULL,
        snapshot TEXT NOT NULL,
        config TEXT NOT NULL,    -- JSON: RunConfig, with the first seed
        seeds TEXT NOT NULL,     -- JSON: numbers, in the order of training
        name TEXT NOT NULL DEFAULT '',
        tags TEXT NOT NULL DEFAULT '[]',
        note TEXT NOT NULL DEFAULT '',
        created_ms INTEGER NOT NULL
      ) STRICT;
      ALTER TABLE runs ADD COLUMN experiment INTEGER REFERENCES experiments (number);
    `,
  },
  {
    version: 25,
    sql: `
      -- Encoders compared on the validation pairs of a data set.
      CREATE TABLE encoder_comparisons (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        dataset TEXT NOT NULL,
        relation TEXT NOT NULL,  -- relationKey: what "same" means
        record TEXT NOT NULL,    -- JSON: EncoderComparison
        created_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX encoder_comparisons_of_dataset ON encoder_comparisons (dataset);
    `,
  },
];
