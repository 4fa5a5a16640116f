/** Bounds the memory of work that runs at the same time. First come, first served: a large piece is not starved by small ones. */
export class MemoryBudget {
  readonly limit: number; // bytes
  private used = 0;
  private readonly waiting: { bytes: number; start: () => void }[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Runs `work` once `bytes` (at most the limit) are free. */
  async use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.limit);
    if (this.waiting.length > 0 || this.used + share > this.limit) {
      await new Promise<void>((start) => this.waiting.push({ bytes: share, start }));
    } else {
      this.used += share;
    }
    try {
      return await work();
    } finally {
      this.used -= share;
      while (this.waiting.length > 0 && this.used + this.waiting[0]!.bytes <= this.limit) {
        const next = this.waiting.shift()!;
        this.used += next.bytes;
        next.start();
      }
    }
  }
}
