import type { Db } from './open.ts';

/** A network: of a run, as long as its fingerprint stays; or untrained, named by everything that its distances depend on. */
export type NetworkKey = { run: string; modelSha256: string } | { untrained: string };

export interface PairDistanceStore {
  /** Distances in the order of the pairs; null if they are not stored. `pairs`: identifies the pairs with their order. */
  get(network: NetworkKey, pairs: string): Float64Array | null;
  /** Replaces earlier ones. Those of earlier networks of the run are deleted. */
  put(network: NetworkKey, pairs: string, distances: Float64Array): void;
}

const textOf = (network: NetworkKey): string => ('run' in network ? `${network.run} ${network.modelSha256}` : `untrained ${network.untrained}`);

export function pairDistanceStore(db: Db): PairDistanceStore {
  const one = db.prepare<[string, string], Buffer>('SELECT distances FROM pair_distances WHERE network = ? AND pairs = ?').pluck();
  const replace = db.prepare<[string, string, Buffer]>('INSERT OR REPLACE INTO pair_distances VALUES (?, ?, ?)');
  const deleteEarlier = db.prepare<[string, string]>(`DELETE FROM pair_distances WHERE network GLOB ? || ' *' AND network <> ?`);
  const put = (network: NetworkKey, pairs: string, distances: Float64Array): void => {
    if ('run' in network) deleteEarlier.run(network.run, textOf(network));
    replace.run(textOf(network), pairs, Buffer.from(distances.buffer, distances.byteOffset, distances.byteLength));
  };
  return {
    get: (network, pairs) => {
      const bytes = one.get(textOf(network), pairs);
      return bytes === undefined ? null : new Float64Array(new Uint8Array(bytes).buffer);
    },
    put: (network, pairs, distances) => db.transaction(put).immediate(network, pairs, distances),
  };
}
