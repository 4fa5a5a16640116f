import type { Comparison } from '../../../shared/comparison.ts';
import { type OriginPorts, withCurrentOrigins } from './image-origin.ts';
import type { ComparePorts } from './ports.ts';

type CurrentPorts = OriginPorts & Pick<ComparePorts, 'scales' | 'randomisations'>;

/** What is known of the maps of a run, and of redrawn networks. */
type OfMaps = Pick<Comparison, 'runScale' | 'drawn'>;

/** Stored comparisons with what can change after they were stored: classes, warnings, the scale of their run's maps, and their reference. */
export function currentRows<C extends Comparison>(ports: CurrentPorts, rows: readonly C[]): C[] {
  const known = new Map<string, OfMaps>();
  return withCurrentOrigins(ports, rows).map((row) => {
    const { run, modelSha256, method, layer } = row;
    const key = { run, modelSha256, method, layer };
    const name = JSON.stringify(key);
    let ofMaps = known.get(name);
    if (!ofMaps) {
      const [runScale, randomisation] = [ports.scales.get(key), ports.randomisations.get(key)];
      known.set(name, (ofMaps = { ...(runScale && { runScale }), ...(randomisation && { drawn: randomisation.drawn }) }));
    }
    return { ...row, ...ofMaps };
  });
}

export const currentRow = <C extends Comparison>(ports: CurrentPorts, row: C): C => currentRows(ports, [row])[0]!;
