import type { Comparison } from '../../../shared/comparison.ts';
import { type OriginPorts, withCurrentOrigins } from './image-origin.ts';
import type { ComparePorts } from './ports.ts';

type CurrentPorts = OriginPorts & Pick<ComparePorts, 'scales' | 'randomisations'>;

/** Figures that the maps of a comparison are compared with: the scale of its run, and those of redrawn networks. */
type MapReferences = Pick<Comparison, 'runScale' | 'redrawn'>;

/** Stored comparisons with what can change after they were stored: classes, warnings, the scale of their run's maps, and their reference. */
export function currentRows<C extends Comparison>(ports: CurrentPorts, rows: readonly C[]): C[] {
  const known = new Map<string, MapReferences>();
  return withCurrentOrigins(ports, rows).map((row) => {
    const { run, modelSha256, method, layer } = row;
    const key = { run, modelSha256, method, layer };
    const name = JSON.stringify(key);
    let references = known.get(name);
    if (!references) {
      const [runScale, randomisation] = [ports.scales.get(key), ports.randomisations.get(key)];
      known.set(name, (references = { ...(runScale && { runScale }), ...(randomisation && { redrawn: randomisation.redrawn }) }));
    }
    return { ...row, ...references };
  });
}

export const currentRow = <C extends Comparison>(ports: CurrentPorts, row: C): C => currentRows(ports, [row])[0]!;
