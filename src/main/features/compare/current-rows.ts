import type { Comparison, RunMapScale } from '../../../shared/comparison.ts';
import { type OriginPorts, withCurrentOrigins } from './image-origin.ts';
import type { ComparePorts } from './ports.ts';

type CurrentPorts = OriginPorts & Pick<ComparePorts, 'scales'>;

/** Stored comparisons with what can change after they were stored: classes, warnings, and the scale of their run's maps. */
export function currentRows<C extends Comparison>(ports: CurrentPorts, rows: readonly C[]): C[] {
  const scales = new Map<string, RunMapScale | null>();
  return withCurrentOrigins(ports, rows).map((row) => {
    const { run, modelSha256, method, layer } = row;
    const key = JSON.stringify([run, modelSha256, method, layer]);
    let scale = scales.get(key);
    if (scale === undefined) scales.set(key, (scale = ports.scales.get({ run, modelSha256, method, layer })));
    return scale === null ? row : { ...row, runScale: scale };
  });
}

export const currentRow = <C extends Comparison>(ports: CurrentPorts, row: C): C => currentRows(ports, [row])[0]!;
