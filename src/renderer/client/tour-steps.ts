import type { ViewName } from './route-hash.ts';

export interface TourStep {
  anchor: string; // data-tour of what it points at
  view: ViewName | null; // shown behind it
  title: string;
  text: string;
}

/** Six stops, each read in some eight seconds. */
export const TOUR: readonly TourStep[] = [
  {
    anchor: 'images',
    view: 'images',
    title: '1. Bring your images',
    text: 'Choose a folder that holds one folder for each class. The files are only read, never changed, and nothing leaves this machine.',
  },
  {
    anchor: 'train',
    view: 'train',
    title: '2. Train a network',
    text: 'It learns to put images of one class near each other and others far apart. The proposed settings are sound: press Start and watch the curves.',
  },
  {
    anchor: 'compare',
    view: 'compare',
    title: '3. Compare two images',
    text: 'Same or different, how sure, and why: warm colours mark what speaks for the verdict, blue what speaks against it, on both images.',
  },
  {
    anchor: 'compare',
    view: 'compare',
    title: '4. Judge it',
    text: 'Say whether you agree and note why. The queue leads you through the pairs that the network gets most wrong.',
  },
  {
    anchor: 'reports',
    view: 'reports',
    title: '5. Make the report',
    text: 'Pick saved comparisons, put them in order, add your words, and write one file, HTML or PDF, that explains itself.',
  },
  {
    anchor: 'help',
    view: null,
    title: 'Ask at any time',
    text: 'A dotted line under a word explains it. Press\u00a0? for all keys and terms.',
  },
];

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where a card of this size stands beside what it points at: right of it, kept inside the window. All in px. */
export function placeCard(
  anchor: Box,
  card: { width: number; height: number },
  window: { width: number; height: number },
): { left: number; top: number } {
  const gap = 14;
  const edge = 8;
  const keep = (at: number, size: number, room: number): number => Math.max(edge, Math.min(at, room - size - edge));
  return {
    left: keep(anchor.right + gap, card.width, window.width),
    top: keep((anchor.top + anchor.bottom) / 2 - 32, card.height, window.height),
  };
}
