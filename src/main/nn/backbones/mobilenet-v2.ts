import { mobileNetV2OfWidth } from './families/mobilenet-v2.ts';

/** Sandler et al. 2018, table 2. */
export const mobileNetV2 = mobileNetV2OfWidth(1);
