/** What makes two images "same": one class, one group (the group rule of the import), or a person's list of pairs. */
export type SameKind = 'class' | 'group' | 'pairs';

/** Where different pairs come from. 'same-class' are hard: two groups of one class. 'mixed' is half of each. */
export type NegativeKind = 'anywhere' | 'same-class' | 'mixed';

/** The meaning of "same" in a training and in its evaluation. */
export interface PairRelation {
  same: SameKind;
  negatives: NegativeKind; // 'anywhere' unless `same` is 'group'
  list: string | null; // SHA-256 of the list of pairs; null unless `same` is 'pairs'
}

export const SAME_CLASS: PairRelation = { same: 'class', negatives: 'anywhere', list: null };

/** Equal texts mean equal relations. */
export const relationKey = ({ same, negatives, list }: PairRelation): string => [same, negatives, ...(list === null ? [] : [list])].join(' ');

/** The relation of a run, from its configuration. */
export const relationOf = ({
  same,
  negatives,
  pairs,
}: Pick<PairRelation, 'same' | 'negatives'> & { pairs: { sha256: string } | null }): PairRelation => ({
  same,
  negatives,
  list: same === 'pairs' ? (pairs?.sha256 ?? null) : null,
});
