import { visionTransformer } from './families/vision-transformer.ts';

/** Oquab et al. 2023, ViT-S/14. */
export const dinoV2ViTS14 = visionTransformer({ patch: 14, width: 384, depth: 12, heads: 6, registers: 0 });
