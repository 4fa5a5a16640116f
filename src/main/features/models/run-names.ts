import { countNoun, listText } from '../../../shared/format.ts';

const MOST_NAMED = 5;

/** "run 3, run 4 and 12 other runs" */
export function runNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return listText([...names.slice(0, MOST_NAMED), ...(more > 0 ? [countNoun(more, 'other run')] : [])]);
}
