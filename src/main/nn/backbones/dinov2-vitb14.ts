import { visionTransformer } from './families/vision-transformer.ts';

/** Oquab et al. 2023, ViT-B/14. */
export const dinoV2ViTB14 = visionTransformer({ patch: 14, width: 768, depth: 12, heads: 12, registers: 0 });
