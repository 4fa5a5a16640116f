import { bytesText } from './format.ts';
import type { ShelfModel } from './shelf.ts';

/** "47 MB", or "about 88 MB" where the catalogue does not state it. */
export const sizeText = ({ bytes, isEstimate }: Pick<ShelfModel, 'bytes' | 'isEstimate'>): string =>
  `${isEstimate ? 'about ' : ''}${bytesText(bytes)}`;

/** Where a model is, and what a training needs to use it. */
export function stateText(model: ShelfModel): string {
  if (model.source === 'none') return 'No weights needed';
  if (model.state === 'here') return `On this computer, ${sizeText(model)}`;
  return `${model.state === 'part' ? 'Download stopped' : 'For download'}, ${sizeText(model)}`;
}
