/** Tasks of which at most one runs for each key at a time. */
export class SharedTasks<T> {
  private readonly running = new Map<string, Promise<T>>();

  /** Runs `work`. If a task of this key is running, returns its result instead; it fails as that task does. */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.running.get(key);
    if (running) return running;
    const task = work().finally(() => this.running.delete(key));
    this.running.set(key, task);
    return task;
  }
}
