import { isMemoryError } from './device-error.ts';
import type { StepResult, Trainer, TrainState } from './engine.ts';

/** Trains with `first`. On out-of-memory, which leaves the state unchanged, it retries that step and all later ones with `second`. */
export class FallbackTrainer implements Trainer {
  private current: Trainer;
  private second: ((state: TrainState) => Trainer) | null;

  constructor(first: Trainer, second: (state: TrainState) => Trainer) {
    this.current = first;
    this.second = second;
  }

  async step(inputs: Readonly<Record<string, Float32Array>>, samples: number, lr: number): Promise<StepResult> {
    try {
      return await this.current.step(inputs, samples, lr);
    } catch (error) {
      if (!this.second || !isMemoryError(error)) throw error;
      const state = await this.current.state();
      await this.current.dispose();
      this.current = this.second(state);
      this.second = null;
      return this.current.step(inputs, samples, lr);
    }
  }

  state(): Promise<TrainState> {
    return this.current.state();
  }

  dispose(): Promise<void> {
    return this.current.dispose();
  }
}
