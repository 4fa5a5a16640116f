import type { Operations } from '../ir/operations.ts';
import type { Value } from '../ir/value.ts';

/** max(x, 0); the gradient at 0 is 0. */
export const relu = (b: Operations, x: Value): Value => b.clamp(x, { min: 0, max: Infinity });

/** min(max(x, 0), 6); the gradient is 0 at both bounds. */
export const relu6 = (b: Operations, x: Value): Value => b.clamp(x, { min: 0, max: 6 });

/** x sigmoid(x), also called swish (Elfwing, Uchibe & Doya 2018). */
export const silu = (b: Operations, x: Value): Value => b.mul(x, b.sigmoid(x));
