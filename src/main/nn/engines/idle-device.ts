interface Closable {
  close(): Promise<void>;
}

export interface IdleLimits {
  /** How long the device stays open after its last session, in milliseconds. */
  ms: number;
  /** The device is closed with its last session once the tensors of all sessions have had more than this, in bytes. */
  bytes: number;
}

/**
 * Keeps a device open between jobs. WebGPU's device, its buffers and its compiled shaders end with the last session, and the next job compiles
 * the shaders again. A session without work (`openIdleSession`) keeps them for a limited time. The device also keeps freed buffers for sessions
 * to come, so after large networks it is closed at once.
 */
export class IdleDevice {
  private readonly openIdleSession: () => Promise<Closable>;
  private readonly limits: IdleLimits;
  private sessions = 0;
  private bytes = 0; // of all sessions since the idle one was opened
  private idleSession: Promise<Closable> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(openIdleSession: () => Promise<Closable>, limits: IdleLimits) {
    this.openIdleSession = openIdleSession;
    this.limits = limits;
  }

  /** To be called before a session of so many bytes is opened. Opens the device; throws what `openIdleSession` throws. */
  async acquire(bytes: number): Promise<void> {
    this.stopTimer();
    this.sessions++;
    this.bytes += bytes;
    this.idleSession ??= this.openIdleSession();
    try {
      await this.idleSession;
    } catch (error) {
      this.sessions--;
      this.idleSession = null;
      throw error;
    }
  }

  /** To be called after a session is closed, or could not be opened. */
  async release(): Promise<void> {
    if (--this.sessions > 0 || !this.idleSession) return;
    if (this.bytes > this.limits.bytes) return await this.close();
    this.timer = setTimeout(() => void this.close(), this.limits.ms);
    this.timer.unref(); // does not keep the process alive
  }

  /** Closes the device with its last session; without one at once. */
  async close(): Promise<void> {
    this.stopTimer();
    const { idleSession } = this;
    this.idleSession = null;
    this.bytes = 0;
    await (await idleSession)?.close();
  }

  private stopTimer(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
