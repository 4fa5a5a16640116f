import type { ImageRecord } from '../../../src/shared/dataset.ts';

/** An image as stored; content and file follow from the id unless given. */
export function image(id: number, className: string, more: Partial<ImageRecord> = {}): ImageRecord {
  return {
    id,
    className,
    file: `${className}/${String(id).padStart(6, '0')}.png`,
    sha256: `content ${id}`,
    content: more.sha256 ?? `content ${id}`,
    group: null,
    width: 3,
    height: 2,
    split: 'train',
    ...more,
  };
}
