import { AppError } from '../../shared/errors.ts';
import type { AcceptedFlag, QualityFlag, QualityThresholds } from '../../shared/quality.ts';
import type { FindDataset } from './datasets.ts';
import type { Db } from './open.ts';

/** What a person decides about quality flags of a data set, by its id or name. */
export interface QualityStore {
  thresholds(dataset: string): Partial<QualityThresholds>;
  /** null takes a choice back. */
  setThreshold(dataset: string, flag: QualityFlag, threshold: number | null): void;
  /** Flags that are "not a problem", by image and flag. */
  accepted(dataset: string): AcceptedFlag[];
  /** Throws AppError 'not-found', and changes nothing, if the data set does not have one of the images. */
  accept(dataset: string, flag: QualityFlag, images: readonly number[], accepted: boolean): void;
}

export function qualityStore(db: Db, rowOf: FindDataset): QualityStore {
  const thresholds = db.prepare<[number], { flag: QualityFlag; threshold: number }>(
    'SELECT flag, threshold FROM quality_thresholds WHERE dataset = ?',
  );
  const setThreshold = db.prepare('INSERT OR REPLACE INTO quality_thresholds VALUES (@dataset, @flag, @threshold)');
  const resetThreshold = db.prepare('DELETE FROM quality_thresholds WHERE dataset = @dataset AND flag = @flag');
  const accepted = db.prepare<[number], AcceptedFlag>('SELECT image, flag FROM accepted_flags WHERE dataset = ? ORDER BY image, flag');
  const wanted = 'FROM images WHERE dataset = @dataset AND id IN (SELECT value FROM json_each(@images))';
  const count = db.prepare<[object], number>(`SELECT count(*) ${wanted}`).pluck();
  const accept = db.prepare(`INSERT OR IGNORE INTO accepted_flags SELECT @dataset, id, @flag ${wanted}`);
  const reject = db.prepare(
    'DELETE FROM accepted_flags WHERE dataset = @dataset AND flag = @flag AND image IN (SELECT value FROM json_each(@images))',
  );
  return {
    thresholds: (dataset) => Object.fromEntries(thresholds.all(rowOf(dataset).number).map(({ flag, threshold }) => [flag, threshold])),
    setThreshold: (dataset, flag, threshold) => {
      const { number } = rowOf(dataset);
      if (threshold === null) resetThreshold.run({ dataset: number, flag });
      else setThreshold.run({ dataset: number, flag, threshold });
    },
    accepted: (dataset) => accepted.all(rowOf(dataset).number),
    accept: (dataset, flag, images, isAccepted) => {
      const row = { dataset: rowOf(dataset).number, flag, images: JSON.stringify(images) };
      const { size } = new Set(images);
      if (count.get({ dataset: row.dataset, images: row.images }) !== size)
        throw new AppError('not-found', size === 1 ? 'There is no such image in this data set.' : 'Some of these images are not in this data set.', {
          dataset,
        });
      (isAccepted ? accept : reject).run(row);
    },
  };
}
