import { countNoun } from '../../../shared/format.ts';
import { runInNewContext } from 'node:vm';
import { AppError } from '../../../shared/errors.ts';
import { quote } from '../../foundation/words.ts';

/** For all names together, since a pattern such as (a+)+$ can take years. An ordinary pattern takes under 1 µs per name. */
const matchTimeoutMs = (names: number): number => 250 + Math.round(names / 200);

/**
 * The subject of each file, from its name without folders, or from its path if the pattern contains a / (no name does): the first
 * capture group that matched, or the whole match if the pattern has no groups. Null without a match, or if the match is empty.
 * Throws AppError 'usage' for an invalid pattern, one that takes too long, and one that matches no file or puts all into one group.
 */
export function groupsOf(files: readonly string[], pattern: string): (string | null)[] {
  const expression = compilePattern(pattern);
  const ofPath = pattern.includes('/');
  const names = ofPath ? files : files.map((file) => file.slice(file.lastIndexOf('/') + 1));
  const groups = matchNames(names, expression).map((match) => {
    if (match === null) return null;
    const subject = match.length > 1 ? match.slice(1).find((group) => group !== null) : match[0];
    return subject ? subject : null;
  });
  if (groups.every((group) => group === null)) {
    const example = names[0] === undefined ? '' : `, such as ${quote(names[0])}`;
    throw new AppError(
      'usage',
      `The group pattern ${quote(pattern)} matches none of the ${countNoun(names.length, ofPath ? 'image path' : 'image name')}${example}.`,
      {
        pattern,
      },
    );
  }
  const [first] = groups;
  if (groups.length > 1 && first !== null && groups.every((group) => group === first))
    throw new AppError(
      'usage',
      `The group pattern ${quote(pattern)} puts all ${countNoun(groups.length, 'image')} into one group, ${quote(first!)}, so nothing could be split. Choose a pattern that tells subjects apart.`,
      { pattern },
    );
  return groups;
}

function compilePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new AppError('usage', `The group pattern ${quote(pattern)} is not a regular expression: ${(error as Error).message}.`, { pattern }, error);
  }
}

/** Runs in a VM context, because only that can be stopped during a match. */
function matchNames(names: readonly string[], expression: RegExp): ((string | null)[] | null)[] {
  try {
    const script = 'JSON.stringify(names.map((name) => expression.exec(name)))';
    return JSON.parse(runInNewContext(script, { names, expression }, { timeout: matchTimeoutMs(names.length) }) as string) as (
      (string | null)[] | null
    )[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const source = quote(expression.source);
    throw new AppError('usage', `The group pattern ${source} takes too long: avoid repeats within repeats, such as (a+)+.`, {}, error);
  }
}
