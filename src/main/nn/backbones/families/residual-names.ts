import type { ForeignNames } from '../weight-names.ts';

/** Position of each child with weights among torchvision's children: conv1, bn1, relu, maxpool, layer1 … layer4, avgpool, fc. */
const CHILDREN: Record<string, string> = { 0: 'conv1', 1: 'bn1', 4: 'layer1', 5: 'layer2', 6: 'layer3', 7: 'layer4' };

const NAME = /^([014567])\.((?:\d+\.(?:conv[123]|bn[123]|downsample\.[01])\.)?(?:weight|bias|running_mean|running_var))$/;

/** Names of `nn.Sequential(*list(resnet.children())[:-1])`, the usual way to drop the classifier: 4.0.conv1.weight is layer1.0.conv1.weight. */
export const sequentialResidual: ForeignNames = {
  program: 'sequential',
  areUsedIn: (names) => names.includes('4.0.conv1.weight'),
  modules: /^[0-7]\./,
  translate(name) {
    const [, child = '', rest = ''] = NAME.exec(name) ?? [];
    return child ? { name: `${CHILDREN[child]}.${rest}`, axes: 'OIHW' } : null;
  },
};
