import type { Value } from '../graph.ts';
import type { Builder } from './builder.ts';

/** A named piece of a backbone; its output can be explained. */
export interface Block {
  name: string;
  /** x [N, C, H, W] -> [N, C', h, w]; `prefix` stands before every parameter's name. */
  build(b: Builder, x: Value, prefix: string): Value;
}

export interface Backbone {
  channels: number; // of the last block's output
  blocks: readonly Block[];
  lastStage: number; // index of the first block that scope 'last-stage' trains
  smallest: number; // px, the smallest side of an image that leaves a feature map
}
