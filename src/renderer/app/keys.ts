import { VIEWS, type ViewName } from '../client/route-hash.ts';

/** Every key of the workbench, for the list that `?` opens. A view that listens to a key says so here. */
export const KEYS: readonly { group: string; keys: readonly (readonly [keys: string, what: string])[] }[] = [
  {
    group: 'Everywhere',
    keys: [
      ['Ctrl 1 … 4', 'Images, Train, Compare, Reports (⌘ on a Mac; Alt works too)'],
      ['Ctrl ,', 'Settings'],
      ['Ctrl \\', 'Show or hide the details'],
      ['Tab', 'To the next control'],
      ['Esc', 'Close what is open'],
      ['?', 'This list'],
    ],
  },
  {
    group: 'Images',
    keys: [
      ['/', 'Search'],
      ['← ↑ → ↓', 'To the next image; with Shift, choose on the way'],
      ['Space', 'Choose the image or leave it out'],
      ['Ctrl A', 'Choose all'],
      ['Enter', 'Show it large'],
      ['X', 'Exclude, or take back'],
      ['R', 'Relabel'],
      ['T', 'Tag'],
      ['C', 'Compare the two chosen images'],
      ['Ctrl Z', 'Undo; with Shift, redo'],
    ],
  },
  {
    group: 'Train',
    keys: [
      ['Ctrl Enter', 'Start the training of the form'],
      ['← →', 'On a curve: the values of each epoch; with Shift, move along'],
      ['+ - 0', 'On a curve: nearer, farther, all epochs'],
    ],
  },
  {
    group: 'Compare',
    keys: [
      ['F', 'Factual: what speaks for the verdict'],
      ['C', 'Counterfactual: what speaks against it'],
      ['S', 'Signed: both'],
      ['N', 'None: the photographs alone'],
      ['1 2 3', 'Agree, unsure, disagree'],
      ['Ctrl S', 'Save the comparison'],
      ['J K', 'To the next or previous pair'],
      ['W', 'Swap A and B'],
      ['+ - 0', 'Nearer, farther, whole image'],
    ],
  },
  {
    group: 'Reports',
    keys: [
      ['/', 'Search'],
      ['Alt ↑ ↓', 'Move a comparison up or down'],
      ['Enter', 'Open it'],
      ['Delete', 'Take it out; undo is offered'],
    ],
  },
];

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** The view that a key goes to, with Ctrl, ⌘ or Alt held; null for any other key. */
export function viewForKey({ key, ctrlKey, metaKey, altKey }: Pressed): ViewName | null {
  if ([ctrlKey, metaKey, altKey].filter(Boolean).length !== 1) return null;
  if (key === ',' && !altKey) return 'settings';
  return /^[1-4]$/.test(key) ? VIEWS[Number(key) - 1]! : null;
}
