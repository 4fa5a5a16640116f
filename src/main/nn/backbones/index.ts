import { type BackboneName } from '../../../shared/backbones.ts';
import type { Backbone } from './backbone.ts';
import { compact } from './compact.ts';
import { convNeXtTiny } from './convnext-tiny.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { mobileNetV2At035 } from './mobilenet-v2-035.ts';
import { resNet18 } from './resnet18.ts';
import { resNet34 } from './resnet34.ts';
import { resNet50 } from './resnet50.ts';

/** The layers of every backbone in src/shared/backbones.ts. */
const TABLE = {
  compact,
  mobilenet_v2_035: mobileNetV2At035,
  mobilenet_v2: mobileNetV2,
  resnet18: resNet18,
  resnet34: resNet34,
  resnet50: resNet50,
  convnext_tiny: convNeXtTiny,
} as const satisfies Record<BackboneName, Backbone>;

export const backboneOf = (name: BackboneName): Backbone => TABLE[name];
