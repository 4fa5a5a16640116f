import type { ComparisonRow } from '../../../shared/comparison.ts';
import { fullColourOf, savedChoice } from '../../../shared/maps/run-scale.ts';
import { SharedTasks } from '../../foundation/jobs/shared-tasks.ts';
import { currentRow } from './current-rows.ts';
import type { MapScales } from './map-scales.ts';
import { isIntactPngFile } from './png.ts';
import type { ComparePorts } from './ports.ts';

type OverlayPorts = Pick<ComparePorts, 'compute' | 'runs' | 'datasets' | 'images' | 'listedLabels' | 'comparisons' | 'scales' | 'randomisations'>;

/** Draws overlay PNGs of stored comparisons when they are first needed. Screens paint the maps and need no files. */
export class Overlays {
  private readonly running = new SharedTasks<void>(); // by comparison
  private readonly ports: OverlayPorts;
  private readonly scales: Pick<MapScales, 'measureIfPossible'>;

  constructor(ports: OverlayPorts, scales: Pick<MapScales, 'measureIfPossible'>) {
    this.ports = ports;
    this.scales = scales;
  }

  /**
   * A stored comparison, after measuring the scale of its run's maps if its overlays use that. If the scale can't be measured (validation
   * images are missing), the overlays use the scale of the pair and say so. Throws AppError 'not-found' or 'cancelled'.
   */
  async withScale(id: string, signal?: AbortSignal): Promise<ComparisonRow> {
    const { comparisons } = this.ports;
    const row = comparisons.get(id);
    const hasNetwork = this.ports.runs.get(row.run).modelSha256 === row.modelSha256; // not after the run was resumed
    if (savedChoice(row) === 'run' && hasNetwork) await this.scales.measureIfPossible(row.run, row, { signal });
    return currentRow(this.ports, comparisons.get(id));
  }

  /**
   * Resolves when all four files exist, undamaged and in the scale of the record. Intact files of a comparison that an earlier
   * version saved are not drawn again. Throws AppError 'not-found' if a map is missing, and as writeFileAtomically does.
   */
  async ensure(id: string, signal?: AbortSignal): Promise<void> {
    const row = await this.withScale(id, signal);
    const { value } = fullColourOf(row, savedChoice(row));
    const isCurrent = row.overlayScale === undefined ? !row.images.every(({ strongest }) => strongest) : row.overlayScale === value;
    const areIntact = await Promise.all(row.images.flatMap((image) => [image.factual, image.counterfactual]).map(isIntactPngFile));
    if (isCurrent && areIntact.every(Boolean)) return;
    await this.running.run(id, () => this.draw(row, value));
  }

  private async draw(row: ComparisonRow, overlayScale: number): Promise<void> {
    const { verdict, target, method, layer, scale, runScale, images } = row;
    const { sampleBits } = this.ports.runs.get(row.run).config;
    const request = { verdict, target, method, layer, scale, choice: savedChoice(row), sampleBits, images, ...(runScale && { runScale }) };
    await this.ports.compute.ask('drawOverlays', request);
    this.ports.comparisons.update(row.comparison, { overlayScale });
  }
}
