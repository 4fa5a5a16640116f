import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from './library.ts';

/**
 * A value of a program as TF.js stores it. TensorFlow convolves feature maps on the processor only with the channels last, so a
 * map [N, C, h, w] is stored as [N, h, w, C] from its first convolution on; everything else has the program's own axes.
 */
export interface DeviceTensor {
  tensor: Tensor;
  channelsLast: boolean;
}

export const plain = (tensor: Tensor): DeviceTensor => ({ tensor, channelsLast: false });

/** As a feature map [N, h, w, C]. */
export const asMap = (tf: Tf, { tensor, channelsLast }: DeviceTensor): Tensor => (channelsLast ? tensor : tf.transpose(tensor, [0, 2, 3, 1]));

/** With the program's own axes. */
export const asPlain = (tf: Tf, { tensor, channelsLast }: DeviceTensor): Tensor => (channelsLast ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor);
