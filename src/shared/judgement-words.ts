import type { Judgement } from './comparison.ts';

export const JUDGEMENTS = ['agree', 'unsure', 'disagree', 'wrong-label'] as const satisfies readonly Judgement[];

/** On buttons and in lists. */
export const JUDGEMENT_LABELS = {
  agree: 'Agree',
  unsure: 'Unsure',
  disagree: 'Disagree',
  'wrong-label': 'The label is wrong',
} as const satisfies Record<Judgement, string>;

/** "agree", "the label is wrong": in a row of facts. */
export const judgementWord = (judgement: Judgement): string => JUDGEMENT_LABELS[judgement].toLowerCase();

/** Shown beside the word, never alone. */
export const JUDGEMENT_SIGNS = { agree: '✓', unsure: '?', disagree: '✗', 'wrong-label': '!' } as const satisfies Record<Judgement, string>;

const SENTENCES = {
  agree: 'I agree with the verdict.',
  unsure: 'I am unsure whether the verdict is right.',
  disagree: 'I disagree with the verdict.',
  'wrong-label': 'The label of an image of this pair is wrong.',
} as const satisfies Record<Judgement, string>;

export const judgementSentence = (judgement: Judgement): string => SENTENCES[judgement];
