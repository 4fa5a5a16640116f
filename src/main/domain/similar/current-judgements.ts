import type { ImageJudgement, JudgementCounts } from '../../../shared/similar.ts';

/** A judgement on two images by the SHA-256 of their bytes. `partner` null: on the query and all that were shown. */
export interface Judged {
  query: string;
  partner: string | null;
  judgement: ImageJudgement | null; // null: the earlier one was taken back
}

/**
 * The judgements that count, oldest first. `history`: all, oldest first. For two images the newest one counts, whichever of them was the query.
 * "None of these" counts until an image is judged to be the same as the query.
 */
export function currentJudgements<T extends Judged>(history: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const one of history) {
    newest.delete(pairOf(one)); // so that the map stays in the order of time
    newest.set(pairOf(one), one);
    if (one.judgement === 'same') newest.delete(pairOf({ query: one.query, partner: null }));
  }
  return [...newest.values()].filter(({ judgement }) => judgement !== null);
}

/** Equal for the same two images in either order. */
const pairOf = ({ query, partner }: Pick<Judged, 'query' | 'partner'>): string =>
  partner === null ? query : query < partner ? `${query} ${partner}` : `${partner} ${query}`;

/** What is judged of an image: each partner by its SHA-256, and whether it is the same as none. */
export function judgementsOf(current: readonly Judged[], sha256: string): { partners: Map<string, 'same' | 'different'>; isNone: boolean } {
  const partners = new Map<string, 'same' | 'different'>();
  let isNone = false;
  for (const { query, partner, judgement } of current) {
    if (judgement === 'none') isNone ||= query === sha256;
    else if (partner !== null && judgement !== null && (query === sha256 || partner === sha256))
      partners.set(query === sha256 ? partner : query, judgement);
  }
  return { partners, isNone };
}

export function countJudgements(current: readonly Judged[]): JudgementCounts {
  const counts = { same: 0, different: 0, none: 0 };
  for (const { judgement } of current) if (judgement !== null) counts[judgement]++;
  return counts;
}
