import { compare, type Letter } from '../state/compare.svelte.ts';

/** Lets image files from outside be dropped on a slot or its picture: the first goes there, a second into the other slot. */
export function dropOn(letter: Letter): (element: HTMLElement) => () => void {
  return (element) => {
    const over = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      element.dataset['over'] = 'true';
    };
    const leave = (event: DragEvent): void => {
      if (!element.contains(event.relatedTarget as Node | null)) delete element.dataset['over'];
    };
    const drop = (event: DragEvent): void => {
      delete element.dataset['over'];
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      void compare.takeFiles(letter, files);
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
