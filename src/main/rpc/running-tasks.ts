import { AppError } from '../../shared/errors.ts';

/** Running tasks by id, so that they can be cancelled. */
export class RunningTasks<Id> {
  private readonly controllers = new Map<Id, AbortController>();

  /** Runs a task. Throws AppError 'cancelled' if it was cancelled, whatever the task throws. */
  async run<R>(id: Id, work: (signal: AbortSignal) => R | Promise<R>): Promise<R> {
    const controller = new AbortController();
    this.controllers.set(id, controller);
    try {
      return await work(controller.signal);
    } catch (error) {
      throw controller.signal.aborted ? new AppError('cancelled', 'Cancelled.') : error;
    } finally {
      this.controllers.delete(id);
    }
  }

  /** Returns whether the task runs. */
  cancel(id: Id): boolean {
    const controller = this.controllers.get(id);
    controller?.abort();
    return controller !== undefined;
  }

  cancelAll(): void {
    for (const controller of this.controllers.values()) controller.abort();
  }
}
