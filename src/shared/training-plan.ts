import type { DeviceName, RunConfig } from './run.ts';

/** The plan of a training, before it starts. */
export interface TrainingPlan {
  /** null if the choices do not go together. Weights as in the catalogue: they are verified when training starts. */
  config: RunConfig | null;
  problems: PlanProblem[];
  images: number; // of training and validation
  device: { device: DeviceName; why: string }; // why: a whole sentence
  waiting: number; // trainings that would go first
  estimate: TimeEstimate | null; // null: not known
}

export interface PlanProblem {
  field: string | null; // a key of TrainRequest, or one inside: "augmentation.crop"
  message: string; // "must be at least 1", or a sentence
}

export interface TimeEstimate {
  seconds: number;
  basis: string; // of the estimate, in words
}
