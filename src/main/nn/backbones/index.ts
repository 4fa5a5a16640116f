import type { BackboneName } from '../../../shared/run.ts';
import type { Backbone } from './backbone.ts';
import { compact } from './compact.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { resNet } from './resnet.ts';

const MAKE: Record<BackboneName, () => Backbone> = {
  compact,
  mobilenet_v2_035: () => mobileNetV2(0.35),
  mobilenet_v2: () => mobileNetV2(1),
  resnet18: () => resNet('basic', [2, 2, 2, 2]),
  resnet50: () => resNet('bottleneck', [3, 4, 6, 3]),
};

export const backboneOf = (name: BackboneName): Backbone => MAKE[name]();
