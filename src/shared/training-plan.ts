import type { DeviceName, RunConfig } from './run.ts';

/** What a training with these choices would be, before it is started. */
export interface TrainingPlan {
  /** null where the choices don't go together. Of weights only what the catalogue says: they are verified at the start. */
  config: RunConfig | null;
  problems: PlanProblem[];
  images: number; // of training and validation
  device: { device: DeviceName; why: string }; // why: a whole sentence
  waiting: number; // trainings that would go first
  estimate: TimeEstimate | null; // null: nothing to rest a guess on
}

export interface PlanProblem {
  field: string | null; // a key of TrainRequest, or one inside: "augmentation.crop"
  message: string; // "must be at least 1", or a sentence
}

export interface TimeEstimate {
  seconds: number;
  basis: string; // what the guess rests on, in words
}
