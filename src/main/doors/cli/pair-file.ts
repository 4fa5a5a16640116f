import { AppError } from '../../../shared/errors.ts';
import { pairListLines } from '../../../shared/pair-list.ts';
import type { Services } from '../../services.ts';
import { oneLine } from './output.ts';

/** Reads a file of pairs; returns the id of the list. Rows that can't be used are named on stderr. */
export async function addPairs({ rows }: Services, dataset: string, file: string): Promise<string> {
  const found = await rows.addPairList(dataset, file);
  for (const line of pairListLines(found)) process.stderr.write(`${oneLine(line)}\n`);
  if (found.list !== null) return found.list;
  throw new AppError(
    'bad-request',
    `No row of ${found.source} is a usable pair of the data set. ${found.problems[0] ? `Line ${found.problems[0].line}: ${found.problems[0].reason}.` : 'It has no rows.'}`,
    { file },
  );
}
