type Shapes = ReadonlyMap<string, { shape: readonly number[] }>;

const countBlocks = (found: Shapes, layer: string): number =>
  new Set([...found.keys()].filter((name) => name.startsWith(`${layer}.`)).map((name) => name.split('.')[1])).size;

/** The residual networks are told apart by how many blocks each of their four layers has (He et al. 2016, table 1) and by their width. */
function residualNetwork(found: Shapes): string | null {
  const depths = [1, 2, 3, 4].map((i) => countBlocks(found, `layer${i}`)).join(' ');
  const bottleneck = found.has('layer1.0.conv3.weight');
  const known: Record<string, string> = bottleneck
    ? { '3 4 6 3': 'resnet50', '3 4 23 3': 'resnet101', '3 8 36 3': 'resnet152' }
    : { '2 2 2 2': 'resnet18', '3 4 6 3': 'resnet34' };
  const name = known[depths];
  if (!name || !bottleneck) return name ?? null;
  const [width, inputs] = found.get('layer1.0.conv2.weight')?.shape ?? [];
  if (width === 64 && inputs === 64) return name;
  return width === inputs ? `a wider ${name}` : `a grouped ${name} (ResNeXt)`;
}

function mobileNetV2(found: Shapes): string {
  const last = found.get('features.17.conv.2.weight')?.shape[0]; // 320 at width 1
  if (last === 320) return 'mobilenet_v2';
  return last === 112 ? 'mobilenet_v2_035' : 'a MobileNetV2 of another width';
}

/** Which network tensors under torchvision's names belong to, where names and shapes tell: one of BackboneName, or words for another. */
export function guessNetwork(found: Shapes): string | null {
  if (found.has('layer1.0.conv1.weight') && found.has('layer4.0.conv1.weight')) return residualNetwork(found);
  const names = [...found.keys()];
  if (found.has('features.1.conv.0.0.weight') && names.some((name) => name.startsWith('features.17.'))) return mobileNetV2(found);
  return null;
}
