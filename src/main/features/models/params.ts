import { BACKBONE_INFO, type BackboneName } from '../../../shared/backbones.ts';
import { backboneParams } from '../../nn/siamese.ts';

/** A backbone's parameters, at its smallest image size. */
export const paramsOf = (backbone: BackboneName): ReturnType<typeof backboneParams> =>
  backboneParams({ backbone, flavour: 'torch', size: BACKBONE_INFO[backbone].smallest, dim: 2 });
