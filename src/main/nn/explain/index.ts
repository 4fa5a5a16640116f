import type { MethodName } from '../../../shared/explanation-methods.ts';
import { detail } from './detail.ts';
import { gradCam } from './gradcam.ts';
import { integratedGradients } from './integrated-gradients.ts';
import { layerCam } from './layercam.ts';
import type { Method } from './method.ts';
import { occlusion } from './occlusion.ts';
import { path } from './path.ts';

/** The implementation of every method in src/shared/explanation-methods.ts. */
const TABLE = {
  path,
  detail,
  gradcam: gradCam,
  layercam: layerCam,
  'integrated-gradients': integratedGradients,
  occlusion,
} as const satisfies Record<MethodName, Method>;

export const methodNamed = (name: MethodName): Method => TABLE[name];
