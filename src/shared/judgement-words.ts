import type { Judgement } from './comparison.ts';

export const JUDGEMENTS = ['agree', 'unsure', 'disagree'] as const satisfies readonly Judgement[];

/** Shown beside the word, never alone. */
export const JUDGEMENT_SIGNS = { agree: '✓', unsure: '?', disagree: '✗' } as const satisfies Record<Judgement, string>;

const SENTENCES = {
  agree: 'I agree with the verdict.',
  unsure: 'I am unsure whether the verdict is right.',
  disagree: 'I disagree with the verdict.',
} as const satisfies Record<Judgement, string>;

export const judgementSentence = (judgement: Judgement): string => SENTENCES[judgement];
