import { crc32 } from 'node:zlib';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import type { ComparisonRow } from '../../../shared/comparison.ts';
import type { MatchesAnswer } from '../../../shared/matches.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { SharedTasks } from '../../foundation/jobs/shared-tasks.ts';
import { log } from '../../foundation/log/log.ts';
import { networkProblem } from './network-problem.ts';
import { pairFiles } from './pair-files.ts';
import type { ComparePorts } from './ports.ts';

/** Version of the formulas. Files of another version are computed again. */
const VERSION = 1;

/**
 * Which spots of a stored comparison's images match. Computed once and stored in its folder, so that they stay when the network is deleted.
 * The file: a line with version and CRC-32, then JSON.
 */
export class Matches {
  private readonly running = new SharedTasks<MatchesAnswer>(); // by comparison
  private readonly ports: ComparePorts;

  constructor(ports: ComparePorts) {
    this.ports = ports;
  }

  /**
   * The matching spots of a stored comparison. Throws AppError 'not-found' for an unknown comparison, or without a stored answer for a deleted
   * network or image, 'bad-request' if the run has another network now, 'bad-image'.
   */
  async find(id: string): Promise<MatchesAnswer> {
    const row = this.ports.comparisons.get(id);
    const path = join(this.ports.folderOf(id), 'matches.json');
    return (await readStored(path)) ?? (await this.running.run(id, () => this.compute(row, path)));
  }

  private async compute(row: ComparisonRow, path: string): Promise<MatchesAnswer> {
    const { runs, modelOf, calibrationOf, compute } = this.ports;
    const problem = networkProblem(this.ports, row, 'matching spots can’t be found any more');
    if (problem) throw problem;
    const run = runs.get(row.run);
    calibrationOf(run); // throws for a network of another version
    const answer = await compute.ask('findMatches', {
      model: modelOf(run),
      modelSha256: run.modelSha256,
      ...pairFiles(row),
    });
    const body = JSON.stringify(answer);
    await writeFileAtomically(path, `${headerOf(body)}\n${body}`).catch((error: unknown) =>
      log().warn({ comparison: row.comparison, err: error }, 'matches could not be stored'),
    );
    return answer;
  }
}

const headerOf = (body: string): string => `matches ${VERSION} ${crc32(body).toString(16)}`;

/** Null if there is no intact file of this version. */
async function readStored(path: string): Promise<MatchesAnswer | null> {
  const [header, body] = (await readFile(path, 'utf8').catch(() => '')).split(/\n(.*)/s);
  return body && header === headerOf(body) ? (JSON.parse(body) as MatchesAnswer) : null;
}
