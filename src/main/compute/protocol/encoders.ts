import type { EncoderChoices } from '../../../shared/encoder-choices.ts';
import type { EncoderDraft, EncoderInspection } from '../../../shared/encoder-inspection.ts';
import type { EncoderComparisonCalls } from './encoder-comparison.ts';

/** Images that a model is tried on before it is stored. */
export const TRIAL_IMAGES = 8;

export interface InspectEncoderRequest {
  path: string; // an ONNX file, or a folder with one
  choices: EncoderChoices;
  images: readonly string[]; // up to TRIAL_IMAGES image files on which it is tried; none: drawn ones
}

export interface StoreEncoderRequest {
  path: string; // of the model file
  draft: EncoderDraft;
  folder: string; // existing, for the model file and its external data
}

/** Calls about encoders. ONNX files of others are untrusted: main asks a process of their own about them. */
export interface EncoderCalls extends EncoderComparisonCalls {
  inspectEncoder: { args: InspectEncoderRequest; result: EncoderInspection; progress: never };
  /** Copies the model into a folder, with the draft's output as its only one if that is not declared. Progress: bytes. */
  storeEncoder: { args: StoreEncoderRequest; result: { sha256: string }; progress: { done: number; total: number } };
}
