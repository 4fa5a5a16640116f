import type { JudgementCounts, NewImageJudgement } from '../../../shared/similar.ts';
import { AppError } from '../../../shared/errors.ts';
import { countJudgements, currentJudgements } from '../../domain/similar/current-judgements.ts';
import type { SimilarPorts } from './ports.ts';

type JudgementPorts = Pick<SimilarPorts, 'images' | 'judgements'> & {
  /** Called after judgements of a data set changed. */
  announce(dataset: string): void;
};

/** A person's judgements on images that were found. */
export class ImageJudgements {
  private readonly ports: JudgementPorts;

  constructor(ports: JudgementPorts) {
    this.ports = ports;
  }

  /** Stores a judgement. Throws AppError 'not-found' for an unknown image, 'bad-request' for "none" of a single image or another one of all. */
  judge({ dataset, source, query, partner, judgement, distance, rank }: NewImageJudgement): { id: string; counts: JudgementCounts } {
    if (judgement !== null && (partner === null) !== (judgement === 'none'))
      throw new AppError(
        'bad-request',
        '“None of these” is a judgement on all images that are shown. Judge a single image as the same or not the same.',
        { judgement },
      );
    const image = partner === null ? null : this.ports.images.rows(dataset, [partner])[0]!;
    const id = this.ports.judgements.add(dataset, {
      ...{ judgement, source, distance, rank },
      ...{ query: query.sha256, queryFile: query.file, partner: image?.sha256 ?? null, partnerFile: image?.file ?? null },
    });
    return { id, counts: this.changed(dataset) };
  }

  /** Takes a judgement back: the one before is in force again. `undone` false: puts it back. */
  setUndone(dataset: string, id: string, undone: boolean): JudgementCounts {
    this.ports.judgements.setUndone(dataset, id, undone);
    return this.changed(dataset);
  }

  private changed(dataset: string): JudgementCounts {
    this.ports.announce(dataset);
    return countJudgements(currentJudgements(this.ports.judgements.list(dataset)));
  }
}
