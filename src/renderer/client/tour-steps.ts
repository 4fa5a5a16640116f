import type { ViewName } from './route-hash.ts';

export interface TourStep {
  anchor: string; // data-tour of the element it points at
  view: ViewName | null; // shown behind it
  title: string;
  text: string;
}

/** Six steps; reading one takes about eight seconds. */
export const TOUR: readonly TourStep[] = [
  {
    anchor: 'images',
    view: 'images',
    title: '1. Import your images',
    text: 'Choose a folder with one subfolder per class. Files are only read, never changed, and nothing leaves this computer.',
  },
  {
    anchor: 'train',
    view: 'train',
    title: '2. Train a network',
    text: 'It learns to place images of one class close together and others far apart. The default settings are a good start: press Start training and watch the curves.',
  },
  {
    anchor: 'compare',
    view: 'compare',
    title: '3. Compare two images',
    text: 'Same or different, how certain, and why: warm colours mark evidence for the verdict, blue evidence against it, on both images.',
  },
  {
    anchor: 'compare',
    view: 'compare',
    title: '4. Judge the verdict',
    text: 'Say whether you agree and note why. The queue takes you through the network’s biggest mistakes.',
  },
  {
    anchor: 'reports',
    view: 'reports',
    title: '5. Create a report',
    text: 'Select saved comparisons, order them, add an introduction, and save one self-contained HTML or PDF file.',
  },
  {
    anchor: 'help',
    view: null,
    title: 'Get help at any time',
    text: 'Words with a dotted underline have an explanation. Press\u00a0? for keyboard shortcuts and the glossary.',
  },
];

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Position of a card beside its anchor: to the right, clamped to the window. All in px. */
export function positionCard(
  anchor: Box,
  card: { width: number; height: number },
  window: { width: number; height: number },
): { left: number; top: number } {
  const gap = 14;
  const edge = 8;
  const clamp = (at: number, size: number, available: number): number => Math.max(edge, Math.min(at, available - size - edge));
  return {
    left: clamp(anchor.right + gap, card.width, window.width),
    top: clamp((anchor.top + anchor.bottom) / 2 - 32, card.height, window.height),
  };
}
