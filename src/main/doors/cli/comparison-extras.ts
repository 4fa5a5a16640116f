import type { Comparison } from '../../../shared/comparison.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { cosineText, exampleSentences, exampleText } from '../../../shared/example-words.ts';
import type { PairExamples } from '../../../shared/examples.ts';
import { cellWords, MATCH_CONDITION, noMatchesSentence, sharesSentence, shareText, shareWords, spotsSentence } from '../../../shared/match-words.ts';
import { hasMatches, type MatchesAnswer, strongestPairs } from '../../../shared/matches.ts';
import type { FaithfulnessCheck } from '../../../shared/faithfulness.ts';
import { FLIP_MODES, type FlipTest } from '../../../shared/flip.ts';
import { FLIP_CAVEAT, flipWords } from '../../../shared/flip-words.ts';
import type { Services } from '../../services.ts';
import { ProgressLine } from './output.ts';

/** What `compare` computes after the comparison is stored, with progress on stderr. */

interface Counted {
  done: number;
  total: number;
}

/** Checks the maps of a stored comparison. If that fails, the error says that the comparison is stored. */
export const checkMaps = (s: Services, c: Comparison, signal: AbortSignal): Promise<FaithfulnessCheck> =>
  runAfterStoring(c, 'but its maps were not checked', async (line) => {
    const onProgress = ({ done, total }: Counted): void => line.update(`Checking the maps: ${done} of ${total} changed copies`);
    return (await s.compare.checks.check(c.comparison, { signal, onProgress })).check!;
  });

/** The flip test of a stored comparison. Fails as checkMaps does. */
export const testFlip = (s: Services, c: Comparison, signal: AbortSignal): Promise<FlipTest> =>
  runAfterStoring(c, 'but its verdict was not tested', async (line) => {
    const onProgress = ({ done, total }: Counted): void => line.update(`Flip test: ${done} of at most ${total} blurred copies`);
    return (await s.compare.flips.test(c.comparison, { signal, onProgress })).flip!;
  });

/** The labelled images nearest to those of a stored comparison. Fails as checkMaps does. */
export const findExamples = (s: Services, c: Comparison, signal: AbortSignal): Promise<PairExamples> =>
  runAfterStoring(c, 'but its examples were not found', (line) => {
    const onProgress = ({ done, total }: Counted): void => line.update(`Reading the labelled images: ${done} of ${total}`);
    return s.compare.examples.findAll(c.comparison, { signal, onProgress });
  });

/** The matching spots of a stored comparison. Fails as checkMaps does. */
export const findMatches = (s: Services, c: Comparison): Promise<MatchesAnswer> =>
  runAfterStoring(c, 'but its matching spots were not found', () => s.compare.matches.find(c.comparison));

/** Runs `work` with a progress line. If it fails, the error says that the comparison is stored, and then `failure`. */
async function runAfterStoring<T>({ comparison }: Comparison, failure: string, work: (line: ProgressLine) => Promise<T>): Promise<T> {
  const line = new ProgressLine();
  try {
    return await work(line);
  } catch (error) {
    const { code, message, details } = asAppError(error);
    throw new AppError(code, `The comparison is stored as ${comparison}, ${failure}. ${message}`, details, error);
  } finally {
    line.end();
  }
}

/** What a flip test found, if there was one. */
export function flipLines({ flip, ...c }: Comparison): string[] {
  if (!flip) return [];
  const { limits, rows, missing } = flipWords({ ...c, flip });
  return [
    '  Flip test',
    ...limits.map((text) => `    ! ${text}`),
    ...missing.map((text) => `    ${text}`),
    ...FLIP_MODES.flatMap((mode) => rows.map((row) => `    ${row[mode].sign} ${row.title}: ${row[mode].words}. ${row[mode].sentence}`)),
    ...(rows.length > 0 ? [`    ${FLIP_CAVEAT}`] : []),
  ];
}

export function exampleLines(examples: PairExamples, c: Comparison): string[] {
  return [
    '  Nearest labelled examples, by the cosine of the pooled features:',
    ...examples.images.flatMap(({ nearest, ofClasses }, i) => {
      const letter = 'AB'[i]!;
      const classLines = examples.classes.map((name, k) => {
        const [first] = ofClasses[k]!;
        return `      nearest of class ${name}: ${first ? exampleText(first) : 'none'}`;
      });
      return [`    ${letter}`, ...nearest.map((example) => `      ${exampleText(example)}`), ...classLines];
    }),
    ...exampleSentences(examples, c).map((sentence) => `  ${sentence}`),
  ];
}

/** A table of the strongest pairs of spots. */
export function matchLines(answer: MatchesAnswer): string[] {
  if (!hasMatches(answer)) return [`  Matching spots: ${noMatchesSentence(answer)!}`];
  const strongest = strongestPairs(answer);
  const rows = strongest.map((one, i) =>
    [
      String(i + 1),
      cellWords(answer, one.a),
      cellWords(answer, one.b),
      cosineText(one.cosine),
      `${shareText(answer, one.share)} (${shareWords(one.share)})`,
    ].join('\t'),
  );
  return [
    '  Matching spots, the strongest pairs that are each other’s best match:',
    ...['\tA\tB\tcosine\tshare of D', ...rows].map((line) => `    ${line.replaceAll('\u00a0', ' ')}`),
    ...[MATCH_CONDITION, sharesSentence(answer), spotsSentence(answer)].map((sentence) => `  ${sentence}`),
  ];
}
