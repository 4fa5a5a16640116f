import { join } from 'node:path';
import { ImageTable, type PackedImages } from '../../domain/pairs/packed.ts';
import { identityOf } from '../../domain/pairs/contents.ts';
import type { TrainImage } from '../../domain/pairs/sample-pairs.ts';
import type { Split } from '../../../shared/dataset.ts';
import type { SameKind } from '../../../shared/pair-relation.ts';
import type { SourceImage } from '../protocol/protocol.ts';

/** The images of a data set. Packed columns; records are unpacked on access to save memory. */
export class DatasetImages {
  private readonly table: ImageTable;
  private readonly root: string;

  constructor(packed: PackedImages, root: string) {
    this.table = new ImageTable(packed);
    this.root = root;
  }

  source(id: number): SourceImage {
    return this.sourceAt(this.table.positionOf(id));
  }

  /** All images, in the order of their ids. */
  all(): SourceImage[] {
    return Array.from({ length: this.table.length }, (_, i) => this.sourceAt(i));
  }

  /** Training and validation images, in the order of their ids. */
  trainingAndValidation(): SourceImage[] {
    return [...this.table.inSplit('train'), ...this.table.inSplit('valid')].sort((a, b) => a - b).map((i) => this.sourceAt(i));
  }

  /** `same`: what makes two of them "same". */
  training(same: SameKind): TrainImage[] {
    return this.inSplit('train', same);
  }

  /** `same`: as of `training`. */
  validation(same: SameKind): TrainImage[] {
    return this.inSplit('valid', same);
  }

  private inSplit(name: Split, same: SameKind): TrainImage[] {
    return this.table.inSplit(name).map((i) => {
      const image = this.table.at(i);
      const { id, className, content, split } = image;
      return { id, className, content, split, identity: identityOf(image, same) };
    });
  }

  sourceAt(i: number): SourceImage {
    return { file: join(this.root, ...this.table.file(i).split('/')), sha256: this.table.sha256(i) };
  }
}
