import type { ImageRef } from '../../shared/contract.ts';

/** Images dragged within the window: the grid hands them over, a slot of the compare view takes the first one or two. */
const IMAGES = 'application/x-twinlens-images';

export interface DraggedImages {
  dataset: string;
  ids: number[];
}

export function writeDrag(transfer: DataTransfer, images: DraggedImages): void {
  transfer.setData(IMAGES, JSON.stringify(images));
  transfer.effectAllowed = 'copy';
}

/** Whether what is being dragged could be dropped on a slot; its content is not readable yet. */
export const isImageDrag = (transfer: DataTransfer | null): boolean =>
  transfer !== null && [IMAGES, 'Files'].some((type) => transfer.types.includes(type));

/** What was dropped: images of a data set, or files from outside; null for anything else. */
export function readDrag(transfer: DataTransfer): { images: ImageRef[] } | { files: File[] } | null {
  const text = transfer.getData(IMAGES);
  if (text) {
    const { dataset, ids } = JSON.parse(text) as DraggedImages;
    return { images: ids.map((id) => ({ dataset, id })) };
  }
  const files = [...transfer.files];
  return files.length > 0 ? { files } : null;
}
