interface Kept<T> {
  value: Promise<T>;
  users: number;
  dropped: boolean;
}

/** Keeps the last few of what is costly to open; what falls out is closed when its last user is done. */
export class KeptOpen<T> {
  private readonly kept = new Map<string, Kept<T>>(); // least recently used first
  private readonly most: number;
  private readonly close: (value: T) => Promise<void>;

  constructor(most: number, close: (value: T) => Promise<void>) {
    this.most = most;
    this.close = close;
  }

  /** Does the work with what stands under the key, opened where it is not there. What failed to open is tried anew next time. */
  async use<R>(key: string, open: () => Promise<T>, work: (value: T) => Promise<R>): Promise<R> {
    const entry = this.kept.get(key) ?? { value: open(), users: 0, dropped: false };
    this.kept.delete(key);
    this.kept.set(key, entry);
    entry.users++;
    for (const old of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      this.drop(old);
    }
    try {
      return await work(await entry.value);
    } catch (error) {
      if (this.kept.get(key) === entry) this.drop(key);
      throw error;
    } finally {
      entry.users--;
      this.closeUnused(entry);
    }
  }

  private drop(key: string): void {
    const entry = this.kept.get(key)!;
    this.kept.delete(key);
    entry.dropped = true;
    this.closeUnused(entry);
  }

  private closeUnused(entry: Kept<T>): void {
    if (entry.dropped && entry.users === 0) void entry.value.then(this.close).catch(() => undefined); // what never opened needs no closing
  }
}
