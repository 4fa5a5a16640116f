import { mobileNetV2OfWidth } from './families/mobilenet-v2.ts';

/** Sandler et al. 2018, with 0.35 times the channels. */
export const mobileNetV2At035 = mobileNetV2OfWidth(0.35);
