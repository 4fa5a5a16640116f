import { VIEWS, type ViewName } from '../client/route-hash.ts';

/** Every keyboard shortcut, for the list that `?` opens. A view that handles a key lists it here. */
export const KEYS: readonly { group: string; keys: readonly (readonly [keys: string, what: string])[] }[] = [
  {
    group: 'Everywhere',
    keys: [
      ['Ctrl 1 … 5', 'Images, Explore, Train, Compare, Reports (⌘ on a Mac; Alt also works)'],
      ['Ctrl ,', 'Settings'],
      ['Ctrl \\', 'Show or hide details'],
      ['Tab', 'Next control'],
      ['Esc', 'Close dialog or menu'],
      ['?', 'Help'],
    ],
  },
  {
    group: 'Images',
    keys: [
      ['/', 'Search'],
      ['← ↑ → ↓', 'Next image; with Shift, extend the selection'],
      ['Space', 'Select or deselect'],
      ['Ctrl A', 'Select all'],
      ['Enter', 'Open large view; there + - 0 zoom, Z shows 100 %, Shift and arrows pan'],
      ['Shift F10', 'Menu for the selected images'],
      ['X', 'Exclude or include'],
      ['R', 'Relabel'],
      ['T', 'Tag'],
      ['C', 'Compare the two selected images'],
      ['1 … 9', 'While sorting: relabel as that class, and go on'],
      ['Ctrl Z', 'Undo; with Shift, redo'],
    ],
  },
  {
    group: 'Find similar',
    keys: [
      ['Enter, C', 'Compare the query with the image'],
      ['S', 'Same'],
      ['N', 'Not the same'],
      ['0', 'None of these'],
      ['F', 'Find similar to this image'],
      ['Ctrl Z', 'Undo the last judgement'],
      ['1 … 9', 'For a folder of images: the same as this candidate; Enter takes the chosen one'],
      ['N S U', 'For a folder: new, skip, undo'],
      ['J K', 'For a folder: next or previous image'],
    ],
  },
  {
    group: 'Train',
    keys: [
      ['Ctrl Enter', 'Start training (in the form)'],
      ['← →', 'On a chart: values of each epoch; with Shift, pan'],
      ['+ - 0', 'On a chart: zoom in, zoom out, all epochs'],
    ],
  },
  {
    group: 'Compare',
    keys: [
      ['F', 'Factual map: evidence for the verdict'],
      ['C', 'Counterfactual map: evidence against it'],
      ['S', 'Signed map: both'],
      ['N', 'No map'],
      ['P', 'Hold: photographs without maps and labels'],
      ['R', 'Scale of the colours: this run or this pair'],
      ['G', 'Map as cells, or smooth'],
      ['L', 'Show or hide the labels on the images'],
      ['I', 'What if: edit the images by hand, or back to the maps'],
      ['M', 'Matching spots of the two images, or back to the maps'],
      ['Enter', 'On an image with matching spots: pin the spot; Esc unpins it'],
      ['B R L E', 'While editing: brush, rectangle, lasso, eraser'],
      ['[ ]', 'While editing: smaller or larger brush'],
      ['Space', 'While editing: hold and drag to move the images'],
      ['Ctrl Z', 'While editing: undo; with Shift, redo'],
      ['1 2 3 4', 'Agree, unsure, disagree, the label is wrong'],
      ['Shift X R T', 'Image under the pointer: exclude, relabel, tag'],
      ['Ctrl Z', 'Undo the last change of the data set; with Shift, redo'],
      ['Ctrl S', 'Save comparison'],
      ['J K', 'Next or previous pair'],
      ['W', 'Swap A and B'],
      ['+ - 0', 'Zoom in, zoom out, fit'],
      ['Z', '100 %: one image pixel per screen pixel; again: fit'],
    ],
  },
  {
    group: 'Reports',
    keys: [
      ['/', 'Search'],
      ['Alt ↑ ↓', 'Move a comparison up or down'],
      ['Enter', 'Open comparison'],
      ['Delete', 'Remove from report (can be undone)'],
    ],
  },
];

interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** The view that a key goes to, with Ctrl, ⌘ or Alt held; null for any other key. */
export function viewForKey({ key, ctrlKey, metaKey, altKey }: KeyPress): ViewName | null {
  if ([ctrlKey, metaKey, altKey].filter(Boolean).length !== 1) return null;
  if (key === ',' && !altKey) return 'settings';
  return /^[1-5]$/.test(key) ? VIEWS[Number(key) - 1]! : null;
}
