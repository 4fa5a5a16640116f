import { LRUCache } from 'lru-cache';

interface Lease<T> {
  value: Promise<T>;
  users: number;
  evicted: boolean;
}

/** Keeps the `max` most recently used resources open. An evicted one is closed when its last user is done. */
export class LeasePool<T> {
  private readonly leases: LRUCache<string, Lease<T>>;
  private readonly close: (value: T) => Promise<void>;

  constructor(max: number, close: (value: T) => Promise<void>) {
    this.close = close;
    this.leases = new LRUCache({
      max,
      dispose: (lease) => {
        lease.evicted = true;
        this.closeUnused(lease);
      },
    });
  }

  /** Runs `work` on the resource under `key`, which is opened if necessary. After a failure the next call opens it again. */
  async use<R>(key: string, open: () => Promise<T>, work: (value: T) => Promise<R>): Promise<R> {
    let lease = this.leases.get(key);
    if (!lease) {
      lease = { value: open(), users: 0, evicted: false };
      this.leases.set(key, lease);
    }
    lease.users++;
    try {
      return await work(await lease.value);
    } catch (error) {
      if (this.leases.peek(key) === lease) this.leases.delete(key);
      throw error;
    } finally {
      lease.users--;
      this.closeUnused(lease);
    }
  }

  private closeUnused({ value, users, evicted }: Lease<T>): void {
    if (evicted && users === 0) void value.then(this.close).catch(() => undefined); // if opening failed there is nothing to close
  }
}
