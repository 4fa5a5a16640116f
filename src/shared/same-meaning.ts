import type { PairLabel } from './dataset.ts';
import { plural } from './format.ts';
import type { SameKind } from './pair-relation.ts';
import type { Metrics, RunConfig } from './run.ts';

/** What a run means by "same", for sentences. */
export interface SameMeaning {
  same: SameKind;
  listed?: PairLabel | null; // in a comparison of a run on a list: the label of the pair there; null: it is not listed
  noun: string; // "class", or what the data set calls its groups: "listing"
}

export const CLASS_MEANING: SameMeaning = { same: 'class', noun: 'class' };

/** Of a run's configuration. */
export const meaningOf = ({ same, groupName }: Pick<RunConfig, 'same' | 'groupName'>): SameMeaning =>
  same === 'class' ? CLASS_MEANING : { same, noun: same === 'pairs' ? 'pairs of the file' : (groupName ?? 'group') };

/** "the same class", "different listings" */
export const labelNoun = ({ noun }: SameMeaning, label: PairLabel): string => (label === 0 ? `the same ${noun}` : `different ${plural(noun)}`);

/** "of the same class", "of different listings" */
export const labelPhrase = (meaning: SameMeaning, label: PairLabel): string =>
  meaning.same === 'pairs' ? `listed as ${label === 0 ? 'same' : 'different'}` : `of ${labelNoun(meaning, label)}`;

/** "the data set says the same class", "the list of pairs says same" */
export const truthPhrase = (meaning: SameMeaning, label: PairLabel): string =>
  meaning.same === 'pairs' ? `the list of pairs says ${label === 0 ? 'same' : 'different'}` : `the data set says ${labelNoun(meaning, label)}`;

/** For tables and headings: "Same listing" */
export const sameTitle = ({ same, noun }: SameMeaning): string => (same === 'pairs' ? 'Pairs from a file' : `Same ${noun}`);

/** What "same" and "different" are in the figures of a run. */
export const sameSentence = (meaning: SameMeaning): string =>
  `Same pairs are ${labelPhrase(meaning, 0)}, different pairs ${labelPhrase(meaning, 1)}.`;

/** What the images of figures are to the network: "classes it never saw", "listings it never saw", "images not used in training". */
export function unseenText({ unseen }: Pick<Metrics, 'unseen'>, { groupName }: Pick<RunConfig, 'groupName'>): string {
  if (!unseen) return 'images not used in training';
  return `${unseen === 'classes' ? 'classes' : plural(groupName ?? 'group')} it never saw`;
}
