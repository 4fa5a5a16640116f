import { type AppError, asAppError, fromWireError, toWireError } from '../../../shared/errors.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { reportError } from '../../foundation/log/report-error.ts';
import type { Listener } from '../../foundation/jobs/events.ts';

/** A workbench that may fail to open (workspace in use, damaged, newer, read-only). Until a retry succeeds, every call returns the reason. */
export class RetryingApi implements WorkbenchApi {
  private readonly build: () => Promise<WorkbenchApi>;
  private readonly listeners = new Set<Listener>();
  private api: WorkbenchApi | null = null;
  private error: AppError | null = null;
  private opening: Promise<void> | null = null;

  constructor(build: () => Promise<WorkbenchApi>) {
    this.build = build;
  }

  /** Why it could not be opened; null once it is open. */
  get failure(): AppError | null {
    return this.error;
  }

  /** Opens it if it is not open yet. Never rejects. */
  open(): Promise<void> {
    this.opening ??= this.tryOnce().finally(() => (this.opening = null));
    return this.opening;
  }

  call(...args: Parameters<WorkbenchApi['call']>): ReturnType<WorkbenchApi['call']> {
    return this.api?.call(...args) ?? Promise.resolve({ ok: false, error: toWireError(this.error) });
  }

  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  media(...args: Parameters<WorkbenchApi['media']>): ReturnType<WorkbenchApi['media']> {
    return this.api?.media(...args) ?? Promise.reject(asAppError(this.error));
  }

  receive(...args: Parameters<WorkbenchApi['receive']>): ReturnType<WorkbenchApi['receive']> {
    return this.api?.receive(...args) ?? Promise.reject(asAppError(this.error));
  }

  choose(path: string): Promise<void> {
    return this.api?.choose(path) ?? Promise.reject(asAppError(this.error));
  }

  busy(): number {
    return this.api?.busy() ?? 0;
  }

  async close(): Promise<void> {
    await this.opening;
    await this.api?.close();
  }

  private async tryOnce(): Promise<void> {
    if (this.api) return;
    try {
      const api = await this.build();
      api.on((event, payload) => {
        for (const listener of this.listeners) listener(event, payload);
      });
      this.api = api;
      this.error = null;
    } catch (error) {
      this.error = fromWireError(reportError(error, { door: 'http' }), error);
    }
  }
}
