/** What makes the figures of a run doubtful. Found from numbers by src/main/domain/lint/. */
export const LINT_RULES = [
  'margin', // that hardly any pair reaches
  'collapse', // all distances alike
  'separation', // distances that do not tell same from different
  'threshold', // outside the distances
  'few-pairs', // for the claim
  'split-gap', // between validation and test
  'stored', // a sentence of a run that an earlier version trained
] as const;
export type LintRule = (typeof LINT_RULES)[number];

export interface Finding {
  rule: LintRule;
  text: string; // what is wrong, with its number; a sentence
  advice: string; // what to do; sentences, '' if the text says it
}

export const findingText = ({ text, advice }: Finding): string => (advice === '' ? text : `${text} ${advice}`);
