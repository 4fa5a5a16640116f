import type { TermName } from '../glossary.ts';

/** What one entry of the table of training options says. The table is data only, so the screen needs no schema library. */

/** The groups of the form and of a run's record, in order. */
export const OPTION_GROUPS = {
  network: 'Network',
  images: 'Images',
  learning: 'Optimization',
  schedule: 'Schedule and early stopping',
  computation: 'Seed and device',
} as const;
export type OptionGroup = keyof typeof OPTION_GROUPS;

interface CommonOption {
  label: string; // on the screen, in a run's record and in reports
  technical?: string; // the field's or the paper's name, where the label is another
  term?: TermName; // explains the label
  help: string; // of the form and of the command line: what it does and which values make sense
  group: OptionGroup;
  flag: `--${string}`; // of `train`; scripts rely on it
  form?: 'top' | 'none'; // its own control above "More settings", or no control; default: a field under "More settings"
  resume?: true; // a resumed run may change it
  perMachine?: true; // about the machine, not the experiment: not copied when a run is duplicated
}

/** Units that read well behind a number, with their singular. */
export const UNITS = { px: 'px', pairs: 'pair', epochs: 'epoch' } as const;

export interface NumberOption extends CommonOption {
  kind: 'number';
  range: { min: number; max: number; whole: boolean }; // both ends included
  unit?: keyof typeof UNITS;
  quantity?: string; // what the number measures, where it has no unit
  zero?: string; // what 0 means
  default: number | ((kind: never) => number); // by TrainingKind
  before?: number; // in the records of runs from before this option
}

export interface ChoiceOption extends CommonOption {
  kind: 'choice';
  /** By stored value. `note`: for the form only. */
  values: Readonly<Record<string, { label: string; note?: string }>>;
  auto?: string; // what "auto" means; the command line and a resumed run accept it in place of a value
  default: string | ((kind: never) => string); // by TrainingKind
  before?: string; // in the records of runs from before this option
}

/** A file path or a catalogue id; a run stores what was found there (WeightsInfo), or null. */
export interface WeightsOption extends CommonOption {
  kind: 'weights';
  none: string; // what null means
}

/** Random changes of training images, see augmentation.ts; a run stores null where there are none. */
export interface AugmentationOption extends CommonOption {
  kind: 'augmentation';
}

export type TrainingOption = NumberOption | ChoiceOption | WeightsOption | AugmentationOption;
