import { globalMean } from '../functional/global-mean.ts';
import { resizeArea } from '../functional/resize-area.ts';
import type { Value } from '../ir/value.ts';
import { type Backbone, outputIsMap } from './backbone.ts';
import type { Builder } from './builder.ts';
import { PATCH_SIDE, patchFeatures, patchMap } from './patches.ts';

/** Prefix of the tensors of patches, after that of the backbone. */
export const PATCHES_PREFIX = 'patches.';

/**
 * A backbone with patches beside it: its pooled features, followed by those of patches of the images at PATCH_SIDE. The map of the last layer
 * has the cells of patches; the backbone's map is resized to them by area, which keeps its means over space. Only a head is trained on it.
 */
export const besidePatches = (base: Backbone): Backbone => ({
  ...base,
  blocks: [...base.blocks, { name: 'side by side', build: sideBySide(base) }],
  detailLayers: [],
  // The inner outputs of a token encoder are [N, T, C]; the last output is a map.
  featureMap: (b, output) => (output.shape.length === 4 ? outputIsMap(b, output) : base.featureMap(b, output)),
  pooled: (b, x, prefix) =>
    b.program.concat([globalMean(b.program, base.featureMap(b, x).map), patchFeatures(b, smallImages(b), prefix + PATCHES_PREFIX)], 1),
});

const sideBySide =
  (base: Backbone) =>
  (b: Builder, x: Value, prefix: string): Value => {
    const patches = patchMap(b, smallImages(b), prefix + PATCHES_PREFIX);
    const [, , h, w] = patches.shape as [number, number, number, number];
    return b.program.concat([resizeArea(b.program, base.featureMap(b, x).map, h, w), patches], 1);
  };

/** The program's images, at PATCH_SIDE. */
const smallImages = (b: Builder): Value => resizeArea(b.program, b.program.inputs.get('images')!, PATCH_SIDE, PATCH_SIDE);
