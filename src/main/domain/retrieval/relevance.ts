/**
 * Which items are the same as a query: those that share one of its identities (classes or groups, by the run's meaning of "same"). An item
 * is a content, so copies of an image are one item and an image is never its own neighbour.
 */
export class Relevance {
  private readonly identities: readonly (readonly number[])[];
  private readonly members = new Map<number, Int32Array>(); // identity -> items, ascending

  /** `identities`: of each item [n]; an item without one is the same as no other. */
  constructor(identities: readonly (readonly number[])[]) {
    this.identities = identities;
    const members = new Map<number, number[]>();
    for (const [item, own] of identities.entries())
      for (const identity of own) {
        const list = members.get(identity);
        if (list) list.push(item);
        else members.set(identity, [item]);
      }
    for (const [identity, items] of members) this.members.set(identity, Int32Array.from(items));
  }

  get length(): number {
    return this.identities.length;
  }

  /** The items that are the same as an item, and itself; ascending. Empty if it has no identity. */
  sameAs(item: number): Int32Array {
    const own = this.identities[item]!;
    if (own.length === 1) return this.members.get(own[0]!)!;
    const all = new Set(own.flatMap((identity) => [...this.members.get(identity)!]));
    return Int32Array.from(all).sort();
  }
}
