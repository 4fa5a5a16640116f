import { type Backbone, outputIsMap } from './backbone.ts';

/**
 * A frozen encoder from an ONNX file. It runs in a session of its own before the program, which reads its maps as the input `encoded`
 * [N, C, h, w] (Builder.encoded): there are no parameters, and no gradient reaches the images.
 */
export const imported: Backbone = {
  blocks: [{ name: 'features', build: (b, images) => b.encoded(images) }],
  lastStage: 1,
  detailLayers: [],
  featureMap: outputIsMap,
  foreignNames: [],
  modules: /(?!)/, // matches nothing: a weights file can't have its tensors
  recognise: () => null,
};
