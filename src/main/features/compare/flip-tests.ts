import { join } from 'node:path';
import type { ComparisonRow } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { FLIP_RECIPE, flipPictures, type FlipTest } from '../../../shared/flip.ts';
import type { DrawFlipRequest } from '../../compute/protocol/protocol.ts';
import { SerialQueue } from '../../foundation/jobs/serial-queue.ts';
import { SharedTasks } from '../../foundation/jobs/shared-tasks.ts';
import { currentRow } from './current-rows.ts';
import type { CheckOptions } from './map-checks.ts';
import { mapsRequest } from './maps-request.ts';
import type { NetworkGates } from './network-gates.ts';
import { networkProblem } from './network-problem.ts';
import { isIntactPngFile } from './png.ts';
import type { ComparePorts } from './ports.ts';

/** Tests which parts of a stored comparison's images its verdict depends on, one pair at a time, and stores the results with them. */
export class FlipTests {
  private readonly queue = new SerialQueue();
  private readonly drawing = new SharedTasks<void>(); // by comparison
  private readonly ports: ComparePorts;
  private readonly gates: NetworkGates;

  constructor(ports: ComparePorts, gates: NetworkGates) {
    this.ports = ports;
    this.gates = gates;
  }

  /**
   * The comparison with its flip test, which is computed unless it is stored. Throws AppError 'not-found' for an unknown comparison, lost
   * maps, images or network, 'bad-request' if the run has another network now or a file is damaged, 'bad-image', 'cancelled', and as
   * `distances` does; then nothing is stored.
   */
  test(id: string, { signal, onProgress }: CheckOptions): Promise<ComparisonRow> {
    return this.queue.run(
      signal,
      () => undefined,
      async () => {
        const row = this.ports.comparisons.get(id);
        if (!row.flip) {
          if (signal.aborted) throw new AppError('cancelled', 'Cancelled.');
          const flip = await this.compute(row, { signal, onProgress });
          await this.draw({ ...row, flip }, signal);
          this.ports.comparisons.putFlip(id, flip);
          this.ports.announce(id);
        }
        return currentRow(this.ports, this.ports.comparisons.get(id));
      },
    );
  }

  /**
   * Resolves when all pictures of a stored test exist, undamaged. Missing ones are drawn again from the images and maps. Throws AppError
   * 'not-found' without a test, image or map, 'bad-image', and as writeFileAtomically does.
   */
  async drawPictures(id: string): Promise<void> {
    const row = this.ports.comparisons.get(id);
    const { flip } = row;
    if (!flip) throw new AppError('not-found', `Comparison ${id} has no flip test.`, { comparison: id });
    const folder = this.ports.folderOf(id);
    const areIntact = await Promise.all(flipPictures(flip).map(({ name }) => isIntactPngFile(join(folder, name))));
    if (areIntact.every(Boolean)) return;
    await this.drawing.run(id, () => this.draw({ ...row, flip }, new AbortController().signal));
  }

  private async compute(row: ComparisonRow, { signal, onProgress }: CheckOptions): Promise<FlipTest> {
    const problem = networkProblem(this.ports, row, 'the verdict on these images can’t be tested any more');
    if (problem) throw problem;
    const run = this.ports.runs.get(row.run);
    const gate = await this.gates.of(run, signal);
    const { verdict, threshold, modelSha256 } = row;
    const request = { ...(await mapsRequest(this.ports, run, row)), modelSha256, verdict, threshold };
    const found = await this.ports.checker.ask('testFlip', request, { signal, ...(onProgress && { onProgress }) });
    return { recipe: FLIP_RECIPE, testedMs: Date.now(), side: run.config.size, gate, ...found };
  }

  private async draw(row: ComparisonRow & { flip: FlipTest }, signal: AbortSignal): Promise<void> {
    const { comparison, verdict, flip } = row;
    if (flipPictures(flip).length === 0) return;
    const maps = await mapsRequest(this.ports, this.ports.runs.get(row.run), row);
    const request: DrawFlipRequest = { ...maps, verdict, flip, folder: this.ports.folderOf(comparison) };
    await this.ports.compute.ask('drawFlip', request, { signal });
  }
}
