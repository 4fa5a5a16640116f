import type { QueueKind } from '../../../shared/pair-queue.ts';

/** Title, purpose and empty state of each queue. */
export const QUEUE_WORDS: Record<QueueKind, { title: string; help: string; empty: string }> = {
  wrong: {
    title: 'Wrong verdicts',
    help: 'Pairs with a wrong verdict, biggest mistakes first.',
    empty: 'All verdicts in this split are right.',
  },
  borderline: {
    title: 'Borderline pairs',
    help: 'Closest to the threshold first: the verdict could go either way.',
    empty: 'This split has no pairs.',
  },
  confident: {
    title: 'Confident correct verdicts',
    help: 'Right verdicts, farthest from the threshold first.',
    empty: 'No verdict in this split is right.',
  },
  hardest: {
    title: 'Hardest pairs',
    help: 'Wrong verdicts, biggest mistakes first, then right ones, closest to the threshold first.',
    empty: 'This split has no such pairs.',
  },
  random: { title: 'Random pairs', help: 'In random order: what is typical of this split.', empty: 'This split has no pairs.' },
};
