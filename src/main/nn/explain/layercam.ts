import { layerGradientTask, withoutIdentical } from './gradcam.ts';
import { type Method, singleProgram } from './method.ts';

/**
 * LayerCAM of the distance: S = sum over channels of dD/dF * F, each cell with its own gradient. Jiang et al. 2021, equations 3 and 4,
 * weight a cell by ReLU(gradient). Features are not negative, so S is that map for D less that map for -D. At the last layer, which is
 * averaged over space, every cell has the same gradient, so S is Grad-CAM's.
 */
export const layerCam: Method = (spec, layer) =>
  withoutIdentical(singleProgram(layerGradientTask(spec, layer, 1, (e, gradient, features) => e.sum(e.mul(gradient, features), [1]))));
