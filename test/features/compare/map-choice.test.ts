import { expect, test } from 'vitest';
import { mapsOf } from '../../../src/main/features/compare/compare-pair.ts';
import { explainedLayers } from '../../../src/main/nn/siamese.ts';
import { LEGACY_METHOD, methodsOf } from '../../../src/shared/explanation-methods.ts';
import { someConfig } from '../../db/records.ts';
import { run } from '../../renderer/run-rows.ts';

const classToken = run('r7', { config: { ...someConfig, backbone: 'dinov2_vits14', size: 28, pooling: 'cls' } });
const maps = (choice: Parameters<typeof mapsOf>[2], of = classToken) => mapsOf({ layersOf: explainedLayers }, of, choice);

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

test.each([
  { backbone: 'patches', layer: 'patches' },
  { backbone: 'compact', beside: 'patches', layer: 'side by side' },
] as const)('maps of patches: path by default, no detail, which would equal path without finer layers: $layer', ({ layer, ...encoder }) => {
  const patches = run('r8', { config: { ...someConfig, ...encoder, size: 32 } });
  expect(maps({}, patches)).toEqual({ method: 'path', layer });
  expect(methodsOf(patches.config)).toEqual(['path', 'gradcam', 'layercam', 'integrated-gradients', 'occlusion']);
  expect(() => maps({ method: 'detail' }, patches)).toThrow(
    'The feature map that patches are part of has no finer layers before it, so there are no Detail maps. Choose Path.',
  );
  expect(methodsOf(someConfig)).toContain('detail');
});
