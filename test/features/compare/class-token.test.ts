import { expect, test } from 'vitest';
import { mapsOf } from '../../../src/main/features/compare/compare-pair.ts';
import { explainedLayers } from '../../../src/main/nn/siamese.ts';
import { LEGACY_METHOD, methodsOf } from '../../../src/shared/explanation-methods.ts';
import { someConfig } from '../../db/records.ts';
import { run } from '../../renderer/run-rows.ts';

const classToken = run('r7', { config: { ...someConfig, backbone: 'dinov2_vits14', size: 28, pooling: 'cls' } });
const maps = (choice: Parameters<typeof mapsOf>[2]) => mapsOf({ layersOf: explainedLayers }, classToken, choice);

test('maps of a head that reads the class token: LayerCAM by default, no method that rests on a mean, no layer without evidence', () => {
  expect(maps({})).toEqual({ method: 'layercam', layer: 'blocks.11' });
  expect(maps({ layer: 'blocks.3' })).toEqual({ method: LEGACY_METHOD, layer: 'blocks.3' });
  expect(methodsOf(classToken.config)).toEqual(['gradcam', 'layercam', 'integrated-gradients', 'occlusion']);
  for (const method of methodsOf(classToken.config)) expect(maps({ method }).method).toBe(method);
  expect(() => maps({ method: 'path' })).toThrow(
    'Path maps divide the mean of the last feature map among its cells, but the head of this network reads the class token. Choose Grad-CAM, LayerCAM, Integrated gradients or Occlusion, or train with the mean of the patches.',
  );
  expect(() => maps({ method: 'detail' })).toThrow(/^Detail maps divide/);
  expect(() => maps({ layer: 'blocks.10' })).toThrow(/dinov2_vits14 has no layer blocks\.10 that its class token reads\. It has: patch_embed, /);
});
