import type { CuratedImage } from '../../../shared/curation.ts';
import { type EmbeddingSource, isRunSource } from '../../../shared/embedding-source.ts';
import { parseEncoderName } from '../../../shared/encoder-name.ts';
import { AppError } from '../../../shared/errors.ts';
import { LABEL_RECIPE, type LabelAnswer, type LabelCheck } from '../../../shared/labels.ts';
import type { EmbedProgress } from '../../compute/protocol/embeddings.ts';
import type { LabelProgress } from '../../compute/protocol/wrong-labels.ts';
import type { ConfirmedLabel } from '../../db/label-checks.ts';
import { duplicateLinks } from './duplicate-links.ts';
import { labelLists, likelyWrong } from './label-lists.ts';
import type { LabelPorts } from './ports.ts';

const SEED = 1; // of the folds
const CHUNK = 1000; // images that are read at a time

export type CheckProgress = EmbedProgress | ({ stage: 'duplicates' } & LabelProgress) | ({ stage: 'labels' } & LabelProgress);

export interface CheckOptions {
  signal: AbortSignal;
  onProgress?: ((p: CheckProgress) => void) | undefined;
}

/** A row of the table of all images of a check. */
export interface LabelTableRow {
  image: CuratedImage; // as it is now
  given: string;
  suggested: string | null;
  ofGiven: number; // NaN: not judged
  ofSuggested: number;
  likely: boolean;
  right: boolean; // a person says that it is right
  outlier: number;
  fromClass: number;
}

/** Checks of the labels of data sets. */
export class LabelChecks {
  private readonly ports: LabelPorts;

  constructor(ports: LabelPorts) {
    this.ports = ports;
  }

  /**
   * Embeds what is missing, judges the labels and stores the result in place of the last one with this source. Throws as Embeddings.ensure and the
   * compute call checkLabels do; a cancelled check changes nothing.
   */
  async check(idOrName: string, source: EmbeddingSource, { signal, onProgress }: CheckOptions): Promise<LabelCheck> {
    const began = performance.now();
    const { dataset, snapshot } = this.ports.datasets.get(idOrName); // before the images, so that an edit meanwhile makes the check stale
    const set = await this.ports.embeddings.ensure(dataset, source, { signal, onProgress: (p) => onProgress?.(p) });
    const known = await this.ports.duplicates(dataset, source, { signal, onProgress: (p) => onProgress?.({ stage: 'duplicates', ...p }) });
    const { images, excluded } = await this.ports.allImages(dataset);
    const { figures, columns } = await this.ports.compute.ask(
      'checkLabels',
      {
        ...{ images, excluded, embedded: set.request, ids: set.ids, seed: SEED },
        links: known ? duplicateLinks(known.pairs, known.rejected) : new Int32Array(),
        hasPatches: hasPatches(source),
      },
      { signal, onProgress: (p) => onProgress?.({ stage: 'labels', ...p }) },
    );
    const seconds = (performance.now() - began) / 1000;
    const check: LabelCheck = { dataset, source, key: set.key, snapshot, recipe: LABEL_RECIPE, checkedMs: Date.now(), seconds, figures };
    this.ports.checks.put(check, columns);
    return check;
  }

  /** The last check with this source and its lists; null before the first. Throws AppError 'not-found' for an unknown data set. */
  async answer(idOrName: string, source: EmbeddingSource): Promise<LabelAnswer | null> {
    const { dataset, snapshot } = this.ports.datasets.get(idOrName);
    const found = this.ports.checks.get(dataset, source);
    if (found === null) return null;
    const { check, columns } = found;
    const set = await this.ports.embeddings.find(dataset, source);
    const isRight = this.rightLabels(check);
    const likely = likelyWrong(columns);
    const givenOf = (i: number): string => check.figures.classes[columns.given[i]!]!;
    return {
      ...check,
      stale: snapshot !== check.snapshot || check.recipe !== LABEL_RECIPE || set?.key !== check.key,
      likelyCount: likely.length,
      rightCount: likely.filter((i) => isRight(columns.ids[i]!, givenOf(i))).length,
      lists: labelLists({ check, columns, imagesOf: (ids) => this.ports.images.rows(dataset, ids), isRight }),
    };
  }

  /** All images of the last check, by id. Throws AppError 'bad-request' before the first. */
  table(idOrName: string, source: EmbeddingSource): LabelTableRow[] {
    const { check, columns } = this.last(idOrName, source);
    const isRight = this.rightLabels(check);
    const { classes } = check.figures;
    const rows: LabelTableRow[] = [];
    for (let from = 0; from < columns.ids.length; from += CHUNK) {
      for (const image of this.ports.images.rows(check.dataset, [...columns.ids.subarray(from, from + CHUNK)])) {
        const i = rows.length;
        const given = classes[columns.given[i]!]!;
        rows.push({
          ...{ image, given, suggested: classes[columns.suggested[i]!] ?? null, likely: columns.likely[i] === 1, right: isRight(image.id, given) },
          ...{ ofGiven: columns.ofGiven[i]!, ofSuggested: columns.ofSuggested[i]! },
          ...{ outlier: columns.outlier[i]!, fromClass: columns.fromClass[i]! },
        });
      }
    }
    return rows;
  }

  /**
   * Says that the labels that the last check had are right, or takes that back. No features propose another class for them then, as long as their class stays. Throws
   * AppError 'bad-request' before the first check or for an image that it did not have.
   */
  confirm(idOrName: string, source: EmbeddingSource, images: readonly number[], right: boolean): void {
    const { check, columns } = this.last(idOrName, source);
    const at = new Map(Array.from(columns.ids, (id, i) => [id, i]));
    const labels = images.map((image): ConfirmedLabel => {
      const i = at.get(image);
      if (i === undefined) throw new AppError('bad-request', 'This image was not part of the check. Check the labels again.', { image });
      return { image, className: check.figures.classes[columns.given[i]!]! };
    });
    if (right) this.ports.checks.confirm(check.dataset, labels);
    else this.ports.checks.takeBack(check.dataset, labels);
  }

  private last(idOrName: string, source: EmbeddingSource): NonNullable<ReturnType<LabelPorts['checks']['get']>> {
    const { dataset, name } = this.ports.datasets.get(idOrName);
    const found = this.ports.checks.get(dataset, source);
    if (found === null)
      throw new AppError('bad-request', `The labels of ${name} have not been checked with these features: check them first.`, { dataset });
    return found;
  }

  private rightLabels({ dataset }: LabelCheck): (image: number, className: string) => boolean {
    const right = new Set(this.ports.checks.confirmed(dataset).map(({ image, className }) => JSON.stringify([image, className])));
    return (image, className) => right.has(JSON.stringify([image, className]));
  }
}

function hasPatches(source: EmbeddingSource): boolean {
  if (isRunSource(source)) return false; // the embedding of its head
  const { backbone, beside } = parseEncoderName(source.encoder);
  return backbone === 'patches' || beside === 'patches';
}
