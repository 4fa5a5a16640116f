import { type DraggedImages, IMAGES_TYPE, unpackDrag } from './dragged-images.ts';

interface DropHandlers {
  /** Image files from outside. */
  files?: (files: readonly File[]) => void;
  /** Images dragged from the grid. */
  images?: (images: DraggedImages) => void;
}

/** Makes an element a drop target. It has the attribute `data-over` while accepted data is dragged over it. */
export function dropTarget({ files, images }: DropHandlers): (element: HTMLElement) => () => void {
  return (element) => {
    const accepts = ({ types }: DataTransfer): boolean =>
      (files !== undefined && types.includes('Files')) || (images !== undefined && types.includes(IMAGES_TYPE));
    const over = (event: DragEvent): void => {
      if (!event.dataTransfer || !accepts(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      element.dataset['over'] = 'true';
    };
    const leave = (event: DragEvent): void => {
      if (!element.contains(event.relatedTarget as Node | null)) delete element.dataset['over'];
    };
    const drop = (event: DragEvent): void => {
      delete element.dataset['over'];
      const { dataTransfer } = event;
      if (!dataTransfer || !accepts(dataTransfer)) return;
      event.preventDefault();
      const dragged = unpackDrag(dataTransfer.getData(IMAGES_TYPE));
      if (dragged) images?.(dragged);
      else if (dataTransfer.files.length > 0) files?.([...dataTransfer.files]);
    };
    element.addEventListener('dragover', over);
    element.addEventListener('dragleave', leave);
    element.addEventListener('drop', drop);
    return () => {
      element.removeEventListener('dragover', over);
      element.removeEventListener('dragleave', leave);
      element.removeEventListener('drop', drop);
    };
  };
}
