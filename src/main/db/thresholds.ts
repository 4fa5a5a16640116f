import type { Calibration } from '../../shared/run.ts';
import type { StoredChoice, ThresholdEntry } from '../../shared/thresholds.ts';
import { numberOf } from './ids.ts';
import { fromJson, fromJsonOrNull, toJson, toJsonOrNull } from './json.ts';
import type { Db } from './open.ts';

/** A network of a run: resuming a run changes its network, and with it all distances. */
export interface ThresholdKey {
  run: string;
  modelSha256: string;
}

export interface ThresholdStore {
  /** By time, the oldest first. Empty for a run that has only ever had the threshold of its training. */
  of(key: ThresholdKey): ThresholdEntry[];
  /** Whether a threshold was ever chosen for a network of the run, by a person or a rule. */
  has(run: string): boolean;
  /** Adds entries and changes the run's calibration, all or nothing. */
  add(key: ThresholdKey, entries: readonly Omit<ThresholdEntry, 'entry'>[], calibration: Calibration): void;
}

interface Row {
  entry: number;
  threshold: number;
  choice: string;
  reason: string;
  chosen_ms: number;
  test_seen: 0 | 1;
  restored: number | null;
  chosen_on: string | null;
}

export function thresholdStore(db: Db): ThresholdStore {
  const all = db.prepare<[number | null, string], Row>('SELECT * FROM thresholds WHERE run = ? AND model_sha256 = ? ORDER BY entry');
  const any = db.prepare<[number | null], 1>('SELECT 1 FROM thresholds WHERE run = ? LIMIT 1').pluck();
  const insert = db.prepare(
    'INSERT INTO thresholds (run, model_sha256, entry, threshold, choice, reason, chosen_ms, test_seen, restored, chosen_on) VALUES (@run, @modelSha256, @entry, @threshold, @choice, @reason, @chosenMs, @testSeen, @restored, @chosenOn)',
  );
  const calibrate = db.prepare<[string, number | null]>('UPDATE runs SET calibration = ? WHERE number = ?');
  const of = ({ run, modelSha256 }: ThresholdKey): ThresholdEntry[] =>
    all.all(numberOf('r', run), modelSha256).map(({ choice, chosen_ms, test_seen, chosen_on, entry, threshold, reason, restored }) => ({
      ...{ entry, threshold, reason, restored },
      choice: fromJson<StoredChoice>(choice),
      chosenMs: chosen_ms,
      testSeen: test_seen === 1,
      chosenOn: fromJsonOrNull(chosen_on),
    }));
  const add = (key: ThresholdKey, entries: readonly Omit<ThresholdEntry, 'entry'>[], calibration: Calibration): void => {
    const run = numberOf('r', key.run);
    let entry = of(key).at(-1)?.entry ?? 0;
    for (const { choice, testSeen, chosenOn, ...rest } of entries) {
      const columns = { choice: toJson(choice), testSeen: testSeen ? 1 : 0, chosenOn: toJsonOrNull(chosenOn) };
      insert.run({ ...rest, ...columns, run, modelSha256: key.modelSha256, entry: ++entry });
    }
    calibrate.run(toJson(calibration), run);
  };
  return {
    of,
    has: (run) => any.get(numberOf('r', run)) !== undefined,
    add: (key, entries, calibration) => db.transaction(add).immediate(key, entries, calibration),
  };
}
