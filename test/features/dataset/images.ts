import type { ImageRecord } from '../../../src/shared/dataset.ts';

/** An image as a store holds it; content and file are the id's own unless given. */
export function image(id: number, className: string, more: Partial<ImageRecord> = {}): ImageRecord {
  return {
    id,
    className,
    file: `${className}/${String(id).padStart(6, '0')}.png`,
    sha256: `content ${id}`,
    group: null,
    width: 3,
    height: 2,
    split: 'train',
    ...more,
  };
}
