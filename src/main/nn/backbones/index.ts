import type { BackboneName, Beside } from '../../../shared/backbones.ts';
import type { Backbone } from './backbone.ts';
import { compact } from './compact.ts';
import { convNeXtTiny } from './convnext-tiny.ts';
import { dinoV2ViTB14 } from './dinov2-vitb14.ts';
import { dinoV2ViTS14 } from './dinov2-vits14.ts';
import { dinoV2ViTS14Reg } from './dinov2-vits14-reg.ts';
import { imported } from './imported.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { mobileNetV2At035 } from './mobilenet-v2-035.ts';
import { patches } from './patches.ts';
import { resNet18 } from './resnet18.ts';
import { resNet34 } from './resnet34.ts';
import { besidePatches } from './side-by-side.ts';
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
  dinov2_vits14: dinoV2ViTS14,
  dinov2_vits14_reg: dinoV2ViTS14Reg,
  dinov2_vitb14: dinoV2ViTB14,
  patches,
  imported,
} as const satisfies Record<BackboneName, Backbone>;

const SIDE_BY_SIDE = new Map<BackboneName, Backbone>();

/** `beside`: what stands beside the backbone; default: nothing. */
export function backboneOf(name: BackboneName, beside: Beside | null = null): Backbone {
  if (beside === null) return TABLE[name];
  const found = SIDE_BY_SIDE.get(name) ?? besidePatches(TABLE[name]);
  SIDE_BY_SIDE.set(name, found);
  return found;
}
