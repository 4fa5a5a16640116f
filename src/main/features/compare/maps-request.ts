import type { Comparison } from '../../../shared/comparison.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { PairMapsRequest } from '../../compute/protocol/protocol.ts';
import { readMaps } from './explanations.ts';
import type { ComparePorts } from './ports.ts';

/** A stored comparison's images and maps, for the compute process. Throws as readMaps does. */
export async function mapsRequest({ modelOf }: Pick<ComparePorts, 'modelOf'>, run: RunRecord, comparison: Comparison): Promise<PairMapsRequest> {
  const { images } = comparison;
  const { width, height, signed } = await readMaps(comparison);
  return {
    model: modelOf(run),
    files: images.map(({ file }) => file) as [string, string],
    sha256: images.map(({ sha256 }) => sha256) as [string, string],
    signed: signed.map((map) => Float32Array.from(map)) as [Float32Array, Float32Array],
    ...{ width, height, placement: images[0].placement },
  };
}
