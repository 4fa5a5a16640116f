import { distanceText, threeDigits } from '../../../../shared/format.ts';
import type { LabelRow } from '../../../../shared/labels.ts';
import type { ListName } from './labels.svelte.ts';

/** What a list is sorted by, for outliers and the least typical images. */
export const scoreText = (list: ListName, { score }: Pick<LabelRow, 'score'>): string =>
  list === 'outliers' ? `${threeDigits(score)} times the median distance` : `distance to its class ${distanceText(score)}`;
