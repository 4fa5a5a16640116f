import type { LibraryTensor, TensorLibrary } from '../tensor-library.ts';

/** Softmax in TensorFlow.js, of operations that it can differentiate. */
export function exponentialShares<T extends LibraryTensor>(tf: TensorLibrary<T>, x: T, axis: number): T {
  const exponentials = tf.exp(tf.sub(x, tf.max(x, [axis], true)));
  return tf.div(exponentials, tf.sum(exponentials, [axis], true));
}
