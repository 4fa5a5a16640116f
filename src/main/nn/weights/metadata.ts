import type { BackboneName } from '../../../shared/backbones.ts';
import type { Flavour, Preprocessing } from '../../../shared/run.ts';

/** Metadata of the safetensors files that Twinlens writes. loadWeights reads them back. */
export function twinlensMetadata(about: {
  backbone: BackboneName;
  flavour: Flavour;
  preprocessing: Preprocessing;
  licence?: string | null;
}): Record<string, string> {
  return {
    'twinlens.backbone': about.backbone,
    'twinlens.flavour': about.flavour,
    'twinlens.preprocessing': JSON.stringify(about.preprocessing),
    ...(about.licence ? { 'twinlens.licence': about.licence } : {}),
  };
}
