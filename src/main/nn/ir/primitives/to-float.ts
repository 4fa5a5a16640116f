import type { Primitive } from '../primitive.ts';
import { float } from '../value.ts';

const ONNX_FLOAT = 1; // TensorProto.DataType

/** true -> 1, false -> 0; no gradient. */
export const toFloat: Primitive<null> = {
  name: 'toFloat',
  elementwise: true,
  types: ([x]) => [float(x!.shape)],
  gradient: () => [null],
  onnx: () => ({ op: 'Cast', attrs: { to: ONNX_FLOAT } }),
  tensorflow: { run: (tf, [x]) => tf.cast(x!, 'float32') },
};
