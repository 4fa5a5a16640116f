import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from './library.ts';

/**
 * A value of the graph as TF.js holds it. TensorFlow convolves feature maps on the processor only with channels last, so a
 * map [N, C, h, w] is kept as [N, h, w, C] from its first convolution on; everything else is kept in the graph's own order.
 */
export interface Held {
  tensor: Tensor;
  channelsLast: boolean;
}

export const plain = (tensor: Tensor): Held => ({ tensor, channelsLast: false });
export const map = (tensor: Tensor): Held => ({ tensor, channelsLast: true });

/** As a feature map [N, h, w, C]. */
export const asMap = <T extends Tensor>(tf: Tf, { tensor, channelsLast }: Held): T =>
  (channelsLast ? tensor : tf.transpose(tensor, [0, 2, 3, 1])) as T;

/** In the graph's own order. */
export const asPlain = (tf: Tf, { tensor, channelsLast }: Held): Tensor => (channelsLast ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor);
