import type { MethodName } from '../../../shared/explanation-methods.ts';
import { gradCam } from './gradcam.ts';
import type { Method } from './method.ts';
import { path } from './path.ts';

/** The implementation of every method in src/shared/explanation-methods.ts. */
const TABLE = { path, gradcam: gradCam } as const satisfies Record<MethodName, Method>;

export const methodNamed = (name: MethodName): Method => TABLE[name];
