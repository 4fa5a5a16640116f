import type { OutputKind, TensorLayout } from './encoder-forms.ts';
import type { ImportedEncoder } from './imported-encoder.ts';

/** A value of a graph that can be an encoder's features. */
export interface OutputCandidate {
  name: string;
  kind: OutputKind;
  layout: TensorLayout; // of a map
  prefixTokens: number;
  channels: number;
  height: number; // cells; 1 for a vector
  width: number;
  declared: boolean; // an output of the model; else a value inside the graph
}

/** An encoder as found in a file, before it is stored. */
export type EncoderDraft = Omit<ImportedEncoder, 'sha256' | 'addedMs'>;

/** What a model's files say, and what trying it showed. */
export interface EncoderInspection {
  path: string; // of the model file, absolute
  others: string[]; // names of other model files in the same folder
  bytes: number; // of the model file and its external data
  made: string; // "pytorch 2.13, opset 17"; '' if unknown
  inputs: string[]; // "pixel_values: float32 [batch, 3, 224, 224]"
  outputs: OutputCandidate[]; // declared ones, then those inside, last computed first
  draft: EncoderDraft | null; // null if there are problems
  preprocessingFrom: string; // "preprocessor_config.json", "your choice", "assumed: …"
  picture: string | null; // one image as the network gets it, its values stretched to 0..255: data URL of a PNG
  range: [low: number, high: number] | null; // of the values in the picture
  problems: string[]; // sentences: why it can't be added
  notes: string[]; // sentences worth knowing
}
