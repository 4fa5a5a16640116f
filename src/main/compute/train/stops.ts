/** Trainings that can be stopped, by the folder of their run. */
const running = new Map<string, AbortController>();

/** Runs a training with a signal that stopTraining aborts. */
export async function stoppable<T>(folder: string, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  running.set(folder, controller);
  try {
    return await work(controller.signal);
  } finally {
    running.delete(folder);
  }
}

/** Ends a training after its last complete epoch. Returns false if there is none in this folder. */
export function stopTraining({ folder }: { folder: string }): boolean {
  running.get(folder)?.abort();
  return running.has(folder);
}
