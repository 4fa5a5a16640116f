import type {
  AcceptedFlag,
  DatasetQuality,
  ImageFlag,
  QualityContext,
  QualityFlag,
  QualityRows,
  QualityThresholds,
} from '../../../shared/quality.ts';
import { contextOf, flagBits, flagsIn, flagsOfDataset, QUALITY_INFO, QUALITY_NUMBERS, thresholdsFor } from '../../../shared/quality.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { AppError } from '../../../shared/errors.ts';
import { packImages, type PackedImages } from '../../domain/pairs/packed.ts';
import type { ContentRequest, ContentRows } from '../../compute/protocol/content.ts';
import type { UnreadableImage } from '../../../shared/embeddings.ts';
import type { QualityPorts } from './ports.ts';

/** An image with at least one flag. */
export interface FlaggedImage {
  image: number; // id
  file: string; // relative to the data set's folder
  flags: ImageFlag[];
}

export interface MeasureOptions {
  signal: AbortSignal;
  onProgress?: ((p: { done: number; total: number }) => void) | undefined;
}

/** Quality numbers and flags of the images of data sets. Each image is read once; its numbers are cached by its content. */
export class Quality {
  private readonly ports: QualityPorts;
  private readonly contexts = new Map<string, QualityContext>(); // by data set, as it was last read

  constructor(ports: QualityPorts) {
    this.ports = ports;
  }

  /**
   * Measures the images that were not measured yet. Returns those that can't be read. Throws AppError 'not-found', 'cancelled' and 'disk-full';
   * what was measured until then stays.
   */
  async measure(idOrName: string, { signal, onProgress }: MeasureOptions): Promise<UnreadableImage[]> {
    const { dataset } = this.ports.datasets.header(idOrName);
    const { images } = await this.ports.allImages(dataset);
    this.contexts.delete(dataset);
    return this.ports.compute.ask('measureContent', this.request(dataset, images), { signal, ...(onProgress && { onProgress }) });
  }

  /** Rows of images of a data set, in their order. */
  rows(dataset: string, images: PackedImages): Promise<ContentRows> {
    return this.ports.compute.ask('readContent', this.request(dataset, images));
  }

  /** Throws AppError 'not-found'. */
  async get(idOrName: string): Promise<DatasetQuality> {
    const { dataset } = this.ports.datasets.header(idOrName);
    const { images, excluded } = await this.ports.allImages(dataset);
    const { numbers, measured } = await this.rows(dataset, images);
    const chosen = this.ports.choices.thresholds(dataset);
    this.contexts.set(dataset, contextOf({ numbers }, greyBelow(chosen.grey)));
    return {
      ...{ dataset, ids: images.ids, numbers, excluded, chosen },
      measured: measured.reduce((sum, one) => sum + one, 0),
      accepted: this.ports.choices.accepted(dataset),
    };
  }

  /** The flags of an image, without accepted ones. Throws AppError 'not-found'. */
  async ofImage(idOrName: string, image: number): Promise<ImageFlag[]> {
    const { dataset } = this.ports.datasets.header(idOrName);
    const rows = await this.rows(dataset, packImages(this.ports.images.rows(dataset, [image])));
    if (rows.measured[0] === 0) return [];
    const context = this.contexts.get(dataset) ?? contextOf(await this.get(dataset), greyBelow(this.ports.choices.thresholds(dataset).grey));
    const thresholds = thresholdsFor(this.ports.choices.thresholds(dataset), context);
    const accepted = new Set(this.ports.choices.accepted(dataset).flatMap((one) => (one.image === image ? [one.flag] : [])));
    return flagsIn(flagBits(rows, thresholds, context)[0]!)
      .filter((flag) => !accepted.has(flag))
      .map((flag) => imageFlag(rows, 0, flag, thresholds));
  }

  /** The included images that have a flag, and the numbers and flags of all images as CSV. Throws AppError 'not-found'. */
  async report(idOrName: string): Promise<{ images: number; flagged: FlaggedImage[]; csv: string }> {
    const quality = await this.get(idOrName);
    const context = this.contexts.get(quality.dataset)!;
    const thresholds = thresholdsFor(quality.chosen, context);
    const bits = flagsOfDataset(quality, thresholds, context);
    const records = this.ports.images.all(quality.dataset);
    const flagsOf = (i: number): ImageFlag[] => flagsIn(bits[i]!).map((flag) => imageFlag(quality, i, flag, thresholds));
    const included = [...records.keys()].filter((i) => quality.excluded[i] === 0);
    return {
      images: included.length,
      flagged: included.filter((i) => bits[i] !== 0).map((i) => ({ image: records[i]!.id, file: records[i]!.file, flags: flagsOf(i) })),
      csv: csvOfRows([
        ['file', 'class', 'split', 'excluded', 'flags', ...QUALITY_NUMBERS],
        ...records.map(({ file, className, split, excluded }, i) => {
          const numbers = Array.from(quality.numbers.subarray(i * QUALITY_NUMBERS.length, (i + 1) * QUALITY_NUMBERS.length));
          const shown = numbers.map((value) => (Number.isNaN(value) ? null : Number(value.toPrecision(6))));
          return [file, className, split, excluded, flagsIn(bits[i]!).join(' '), ...shown];
        }),
      ]),
    };
  }

  /** `threshold`: null for the default. Throws AppError 'not-found', and 'bad-request' for a number outside the range of the flag. */
  setThreshold(idOrName: string, flag: QualityFlag, threshold: number | null): void {
    const { dataset } = this.ports.datasets.header(idOrName);
    const { least, most } = QUALITY_INFO[flag];
    if (threshold !== null && !(threshold >= least && threshold <= most))
      throw new AppError('bad-request', `The threshold must be from ${least} to ${most}.`, { flag, threshold });
    this.contexts.delete(dataset);
    this.ports.choices.setThreshold(dataset, flag, threshold);
  }

  /** Stores or takes back "not a problem". */
  accept(idOrName: string, flag: AcceptedFlag['flag'], images: readonly number[], accepted: boolean): void {
    this.ports.choices.accept(this.ports.datasets.header(idOrName).dataset, flag, images, accepted);
  }

  private request(dataset: string, images: PackedImages): ContentRequest {
    const { root, sampleBits } = this.ports.datasets.header(dataset);
    return { folder: this.ports.folder, root, images, sampleBits };
  }
}

const greyBelow = (chosen: number | undefined): number => chosen ?? QUALITY_INFO.grey.threshold;

const imageFlag = ({ numbers }: QualityRows, i: number, flag: QualityFlag, thresholds: QualityThresholds): ImageFlag => {
  const value = numbers[i * QUALITY_NUMBERS.length + QUALITY_NUMBERS.indexOf(QUALITY_INFO[flag].number)]!;
  return { flag, value, threshold: thresholds[flag] };
};
