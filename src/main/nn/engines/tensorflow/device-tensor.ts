import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from './library.ts';

/**
 * A value of a program as stored by TF.js. On the CPU TensorFlow supports only channels-last convolutions, so a map [N, C, h, w]
 * is stored as [N, h, w, C] from its first convolution on. All other tensors have the program's axis order.
 */
export interface DeviceTensor {
  tensor: Tensor;
  channelsLast: boolean;
}

export const channelsFirst = (tensor: Tensor): DeviceTensor => ({ tensor, channelsLast: false });

/** A feature map as [N, h, w, C]. */
export const asChannelsLast = (tf: Tf, { tensor, channelsLast }: DeviceTensor): Tensor =>
  channelsLast ? tensor : tf.transpose(tensor, [0, 2, 3, 1]);

/** A tensor in the program's axis order. */
export const asChannelsFirst = (tf: Tf, { tensor, channelsLast }: DeviceTensor): Tensor =>
  channelsLast ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor;
