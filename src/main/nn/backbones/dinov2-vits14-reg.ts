import { visionTransformer } from './families/vision-transformer.ts';

/** Darcet et al. 2024, "Vision Transformers Need Registers", ViT-S/14 with four registers. */
export const dinoV2ViTS14Reg = visionTransformer({ patch: 14, width: 384, depth: 12, heads: 6, registers: 4 });
