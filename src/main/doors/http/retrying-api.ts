import { type AppError, asAppError, toWireError } from '../../../shared/errors.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import type { Listener } from '../../foundation/jobs/events.ts';

/** A house that may fail to open (workspace taken, damaged, newer, read-only): then every call says why, and it can be tried again. */
export class Threshold implements WorkbenchApi {
  private readonly build: () => Promise<WorkbenchApi>;
  private readonly listeners = new Set<Listener>();
  private house: WorkbenchApi | null = null;
  private why: AppError | null = null;
  private opening: Promise<void> | null = null;

  constructor(build: () => Promise<WorkbenchApi>) {
    this.build = build;
  }

  /** What keeps the house closed; null once it is open. */
  get failure(): AppError | null {
    return this.why;
  }

  /** Opens the house where it is not open yet. Never rejects. */
  open(): Promise<void> {
    this.opening ??= this.tryOnce().finally(() => (this.opening = null));
    return this.opening;
  }

  call(...args: Parameters<WorkbenchApi['call']>): ReturnType<WorkbenchApi['call']> {
    return this.house?.call(...args) ?? Promise.resolve({ ok: false, error: toWireError(this.why) });
  }

  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  media(...args: Parameters<WorkbenchApi['media']>): ReturnType<WorkbenchApi['media']> {
    return this.house?.media(...args) ?? Promise.reject(asAppError(this.why));
  }

  receive(...args: Parameters<WorkbenchApi['receive']>): ReturnType<WorkbenchApi['receive']> {
    return this.house?.receive(...args) ?? Promise.reject(asAppError(this.why));
  }

  choose(path: string): Promise<void> {
    return this.house?.choose(path) ?? Promise.reject(asAppError(this.why));
  }

  busy(): number {
    return this.house?.busy() ?? 0;
  }

  async close(): Promise<void> {
    await this.opening;
    await this.house?.close();
  }

  private async tryOnce(): Promise<void> {
    if (this.house) return;
    try {
      const house = await this.build();
      house.on((event, payload) => {
        for (const listener of this.listeners) listener(event, payload);
      });
      this.house = house;
      this.why = null;
    } catch (error) {
      this.why = asAppError(error);
    }
  }
}
