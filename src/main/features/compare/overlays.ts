import { readFile } from 'node:fs/promises';
import type { Comparison, ComparisonRow } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { fullColourOf, savedChoice } from '../../../shared/maps/run-scale.ts';
import { log } from '../../foundation/log/log.ts';
import { currentRow } from './current.ts';
import type { MapScales } from './map-scales.ts';
import { isIntactPng } from './png.ts';
import type { ComparePorts } from './ports.ts';

type OverlayPorts = Pick<ComparePorts, 'compute' | 'runs' | 'datasets' | 'images' | 'comparisons' | 'scales'>;

/** Draws overlay PNGs of stored comparisons when they are first needed. Screens paint the maps and need no files. */
export class Overlays {
  private readonly running = new Map<string, Promise<void>>(); // by comparison
  private readonly ports: OverlayPorts;
  private readonly scales: Pick<MapScales, 'measure'>;

  constructor(ports: OverlayPorts, scales: Pick<MapScales, 'measure'>) {
    this.ports = ports;
    this.scales = scales;
  }

  /** A stored comparison, after measuring the scale of its run's maps if its overlays use that. Throws AppError 'not-found' or 'cancelled'. */
  async withScale(id: string, signal?: AbortSignal): Promise<ComparisonRow> {
    const { comparisons } = this.ports;
    const row = comparisons.get(id);
    if (savedChoice(row) === 'run') await this.measureScale(row, signal);
    return currentRow(this.ports, comparisons.get(id));
  }

  /**
   * Resolves when all four files exist, undamaged and in the scale of the record. Files of a comparison that an earlier version saved
   * stay as they are. Throws AppError 'not-found' if a map is missing, and as writeFileAtomically does.
   */
  async ensure(id: string, signal?: AbortSignal): Promise<void> {
    const row = await this.withScale(id, signal);
    const { value } = fullColourOf(row, savedChoice(row));
    const isCurrent = row.overlayScale === undefined ? !row.images.every(({ strongest }) => strongest) : row.overlayScale === value;
    const areIntact = await Promise.all(row.images.flatMap((image) => [image.factual, image.counterfactual]).map(isIntactFile));
    if (isCurrent && areIntact.every(Boolean)) return;
    let task = this.running.get(id);
    if (!task) {
      task = this.draw(row, value).finally(() => this.running.delete(id));
      this.running.set(id, task);
    }
    await task;
  }

  private async draw(row: ComparisonRow, overlayScale: number): Promise<void> {
    const { verdict, target, scale, runScale, images } = row;
    const { sampleBits } = this.ports.runs.get(row.run).config;
    const request = { verdict, target, scale, choice: savedChoice(row), sampleBits, images, ...(runScale && { runScale }) };
    await this.ports.compute.ask('drawOverlays', request);
    this.ports.comparisons.update(row.comparison, { overlayScale });
  }

  /** Without the run's scale, because its validation images can't be read, the overlays use that of the pair, and say so. */
  private async measureScale({ run, modelSha256, layer }: Comparison, signal: AbortSignal | undefined): Promise<void> {
    if (this.ports.runs.get(run).modelSha256 !== modelSha256) return; // the network was trained on; its earlier state is gone
    try {
      await this.scales.measure(run, layer, { signal });
    } catch (error) {
      if (error instanceof AppError && error.code === 'cancelled') throw error;
      log().warn({ run, layer, err: error }, 'the scale of the maps could not be measured');
    }
  }
}

const isIntactFile = (path: string): Promise<boolean> => readFile(path).then(isIntactPng, () => false);
