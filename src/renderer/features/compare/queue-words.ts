import type { QueueKind } from '../../../shared/explore.ts';

/** What the queues are called, what they are good for, and what an empty one means. */
export const QUEUE_WORDS: Record<QueueKind, { title: string; help: string; none: string }> = {
  wrong: {
    title: 'Hardest wrong pairs',
    help: 'Where the network errs, the grossest errors first.',
    none: 'The network is right on all of these pairs.',
  },
  borderline: { title: 'Borderline pairs', help: 'Nearest the threshold first: the verdict could tip either way.', none: 'There are no pairs.' },
  confident: {
    title: 'Clearest right pairs',
    help: 'Right and far from the threshold: what the network has learned.',
    none: 'The network is right on none of these pairs.',
  },
  random: { title: 'Random pairs', help: 'A fair sample, to see how it is on the whole.', none: 'There are no pairs.' },
};
