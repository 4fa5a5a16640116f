import type { BackboneName } from './backbones.ts';

/** Where the values of a network come from before its training. */
export type ShelfSource =
  | 'none' // it needs no weights
  | 'catalogue' // downloaded by its id
  | 'file' // a copy of a weights file that a person added
  | 'onnx'; // an encoder that a person imported

/** A model on the shelf: something that a training can start from, on this computer or for download. */
export interface ShelfModel {
  id: string; // id of weights or of an imported encoder; the backbone's name where there are no weights
  source: ShelfSource;
  backbone: BackboneName;
  title: string;
  use: string; // one sentence: what it is good for
  about: string | null; // sentences on its origin
  licence: string | null; // SPDX, or as its owner states it
  licenceUrl: string | null;
  host: string | null; // that it is downloaded from
  state: 'here' | 'part' | 'absent'; // 'part': a download that was stopped
  bytes: number; // on this computer, or to download
  isEstimate: boolean; // of `bytes`: the catalogue does not state them
  folder: string | null; // that has its files; null where there are none
  usedBy: string[]; // runs that started from it
}

/** Whether a model can be downloaded now. */
export interface Reach {
  host: string;
  problem: string | null; // a sentence; null if it is here or its host answers
}

/** What a weights file says before it is added to the shelf. */
export interface WeightsInspection {
  files: string[]; // names, the one to open first
  bytes: number; // of all files
  network: string | null; // that the file seems to be for, by its names and shapes
  backbone: BackboneName | null; // that it was checked against
  licence: string | null; // as stated in the file
  title: string; // suggested
  problem: string | null; // a sentence: why it can't be used with this backbone
}
