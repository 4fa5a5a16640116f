import { isMemoryError } from './device-error.ts';
import type { StepResult, Trainer, TrainState } from './engine.ts';

/**
 * Trains as `first` does until the device's memory does not suffice for a step, which leaves the state as it was; from then
 * on, with that very step, as `second` does, which needs less of it.
 */
export class RetreatingTrainer implements Trainer {
  private current: Trainer;
  private second: ((state: TrainState) => Trainer) | null;

  constructor(first: Trainer, second: (state: TrainState) => Trainer) {
    this.current = first;
    this.second = second;
  }

  async step(inputs: Readonly<Record<string, Float32Array>>, pairs: number, lr: number): Promise<StepResult> {
    try {
      return await this.current.step(inputs, pairs, lr);
    } catch (error) {
      if (!this.second || !isMemoryError(error)) throw error;
      const state = await this.current.state();
      await this.current.dispose();
      this.current = this.second(state);
      this.second = null;
      return this.current.step(inputs, pairs, lr);
    }
  }

  state(): Promise<TrainState> {
    return this.current.state();
  }

  dispose(): Promise<void> {
    return this.current.dispose();
  }
}
