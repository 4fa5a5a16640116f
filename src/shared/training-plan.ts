import type { DeviceName, RunConfig } from './run.ts';

/** The plan of a training, before it starts. */
export interface TrainingPlan {
  /** null if the choices do not fit together. Weights are as listed in the catalogue: training verifies them when it starts. */
  config: RunConfig | null;
  problems: PlanProblem[];
  /** What will make the run's figures doubtful, in sentences: of the data set, then of the settings. */
  warnings: string[];
  images: number; // of training and validation
  device: { device: DeviceName; why: string }; // why: a whole sentence
  waiting: number; // trainings ahead in the queue
  estimate: TimeEstimate | null; // null: not known
}

export interface PlanProblem {
  field: string | null; // a key of TrainRequest, or a path below it: "augmentation.crop"
  message: string; // "must be at least 1", or a sentence
  /** Choices that solve it, with the text of a button. */
  fix?: { text: string; choices: Record<string, unknown> };
}

export interface TimeEstimate {
  seconds: number;
  basis: string; // of the estimate, in words
}
