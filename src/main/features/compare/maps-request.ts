import type { Comparison } from '../../../shared/comparison.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { PairMapsRequest } from '../../compute/protocol/protocol.ts';
import { readMaps } from './explanations.ts';
import { pairFiles } from './pair-files.ts';
import type { ComparePorts } from './ports.ts';

/** A stored comparison's images and maps, for the compute process. Throws as readMaps does. */
export async function mapsRequest({ modelOf }: Pick<ComparePorts, 'modelOf'>, run: RunRecord, comparison: Comparison): Promise<PairMapsRequest> {
  const { width, height, signed } = await readMaps(comparison);
  return {
    model: modelOf(run),
    ...pairFiles(comparison),
    signed: signed.map((map) => Float32Array.from(map)) as [Float32Array, Float32Array],
    ...{ width, height, placement: comparison.images[0].placement },
  };
}
