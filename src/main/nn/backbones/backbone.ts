import type { Value } from '../ir/value.ts';
import type { Builder } from './builder.ts';
import type { ForeignNames, StoredShapes } from './weight-names.ts';

/** A named part of a backbone. Its output can be explained under this name. */
export interface Block {
  name: string;
  /** `x` is the output of the block before, or the images [N, 3, S, S]. `prefix` goes before every parameter's name. */
  build(b: Builder, x: Value, prefix: string): Value;
}

/** A block's output as a feature map. */
export interface FeatureMap {
  map: Value; // [N, C, h, w]
  /** What the next block takes. Computed from `map`, so that the distance has a gradient with respect to `map`. */
  next: Value;
}

/** A backbone's layers and the names of its weights. Its words and image sizes: src/shared/backbones.ts. */
export interface Backbone {
  blocks: readonly Block[]; // in order of evaluation
  lastStage: number; // index of the first block that scope 'last-stage' trains
  /**
   * Called for the last block, whose map is averaged for the head, and for the block that is explained. A convolutional
   * network's output is a map already. An encoder of tokens [N, T, C] cuts off its class token, reshapes the others into
   * a map and joins them again for the next block.
   */
  featureMap(b: Builder, output: Value): FeatureMap;
  /** Other programs' names for this backbone's parameters. Its own are those of torchvision, where torchvision has it. */
  foreignNames: readonly ForeignNames[];
  /** Whether stored tensors, under this backbone's own parameter names, belong to it. */
  recognise(stored: StoredShapes, name: string): Recognised | null;
}

export interface Recognised {
  exact: boolean; // false: a relative that Twinlens doesn't have
  network: string; // the backbone's name, or words for the relative
}

/** For backbones whose blocks hand on maps [N, C, h, w]. */
export const outputIsMap = (_: Builder, output: Value): FeatureMap => ({ map: output, next: output });
