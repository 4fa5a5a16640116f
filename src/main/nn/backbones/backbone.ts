import type { Value } from '../ir/value.ts';
import type { Builder } from './builder.ts';
import type { ForeignNames, StoredShapes } from './weight-names.ts';

/** A named part of a backbone. Its output can be selected for an explanation by this name. */
export interface Block {
  name: string;
  /** Blocks whose weights are redrawn together; default: consecutive blocks whose outputs have one size. */
  stage?: string;
  /** `x`: the previous block's output, or the images [N, 3, S, S]. `prefix` is prepended to every parameter name. */
  build(b: Builder, x: Value, prefix: string): Value;
}

/** A block's output as a feature map. */
export interface FeatureMap {
  map: Value; // [N, C, h, w]
  /** Input of the next block. Computed from `map`, so that the distance has a gradient with respect to `map`. */
  next: Value;
}

/** A backbone's layers and the names of its weights. Its labels and image sizes are in src/shared/backbones.ts. */
export interface Backbone {
  blocks: readonly Block[]; // in order of evaluation
  lastStage: number; // index of the first block that scope 'last-stage' trains
  /**
   * The two finer layers of the detail map, coarse to fine: the last blocks before the last and the second-last stride. Empty: the last layer
   * is the finest.
   */
  detailLayers: readonly [] | readonly [string, string];
  /**
   * Called for the last block, whose map is averaged for the head, and for the block to explain. A convolutional network's
   * output is already a map. A token encoder [N, T, C] drops its class token, reshapes the other tokens into a map and
   * rejoins all tokens for the next block.
   */
  featureMap(b: Builder, output: Value): FeatureMap;
  /**
   * Of a token encoder with a class token: builds the last block for a head that reads only this token, [N, C]. `x`: the block's input. `onMap`
   * receives the patches as the block's attention reads them, [N, C, h, w].
   */
  classToken?(b: Builder, x: Value, prefix: string, onMap?: (map: Value) => void): Value;
  /** The last map averaged over space, [N, C], from the last block's input, for a backbone that needs less without the map. */
  pooled?(b: Builder, x: Value, prefix: string): Value;
  /** Other programs' names for this backbone's parameters. Its own names are torchvision's where torchvision has the network. */
  foreignNames: readonly ForeignNames[];
  /** Matches its own names of all tensors inside networks of its family, of any depth; a head's never. */
  modules: RegExp;
  /** The network that stored tensors, under this backbone's own parameter names, belong to; null: neither this nor a related one. */
  recognise(stored: StoredShapes, name: string): Recognised | null;
}

export interface Recognised {
  exact: boolean; // false: a related network that Twinlens doesn't have
  network: string; // the backbone's name, or a description of the related network
}

/** For backbones whose blocks output maps [N, C, h, w]. */
export const outputIsMap = (_: Builder, output: Value): FeatureMap => ({ map: output, next: output });
