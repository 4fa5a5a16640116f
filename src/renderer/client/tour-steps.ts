import type { ViewName } from './route-hash.ts';

export interface TourStep {
  anchors: readonly string[]; // data-tour of the elements it can point at: the first that is shown
  view: ViewName | null; // shown behind it
  title: string;
  text: string;
}

/** Six steps; reading one takes about eight seconds. */
export const TOUR: readonly TourStep[] = [
  {
    anchors: ['images'],
    view: 'images',
    title: '1. Import your images',
    text: 'Choose a folder, best with one subfolder per class. Files are only read, never changed, and images are sent nowhere except to this screen. Explore then shows similar images, duplicates and likely wrong labels.',
  },
  {
    anchors: ['train'],
    view: 'train',
    title: '2. Train a network',
    text: 'It learns to place images of one class close together and others far apart. The default settings are a good start: press Start training and watch the curves.',
  },
  {
    anchors: ['verdict', 'strip', 'compare'],
    view: 'compare',
    title: '3. Compare two images',
    text: 'Same or different, how certain, and why: the map on both images marks the evidence for the verdict. C shows the evidence against it, S both.',
  },
  {
    anchors: ['judgement', 'strip', 'compare'],
    view: 'compare',
    title: '4. Judge the verdict',
    text: 'Say whether you agree and note why. The queue takes you through the network’s biggest mistakes.',
  },
  {
    anchors: ['reports'],
    view: 'reports',
    title: '5. Create a report',
    text: 'Select saved comparisons, order them, add an introduction, and save one self-contained HTML or PDF file.',
  },
  {
    anchors: ['help'],
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

/** Position of a card beside its anchor: to the right; below or above it where there is no room. Clamped to the window. All in px. */
export function positionCard(
  anchor: Box,
  card: { width: number; height: number },
  window: { width: number; height: number },
): { left: number; top: number } {
  const gap = 14;
  const edge = 8;
  const clamp = (at: number, size: number, available: number): number => Math.max(edge, Math.min(at, available - size - edge));
  if (anchor.right + gap + card.width + edge > window.width) {
    const below = anchor.bottom + gap;
    const top = below + card.height + edge <= window.height ? below : anchor.top - gap - card.height;
    return { left: clamp(anchor.left, card.width, window.width), top: clamp(top, card.height, window.height) };
  }
  return {
    left: clamp(anchor.right + gap, card.width, window.width),
    top: clamp((anchor.top + anchor.bottom) / 2 - 32, card.height, window.height),
  };
}
