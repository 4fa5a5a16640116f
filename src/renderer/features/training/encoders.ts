import { isFitted, NETWORKS } from '../../../shared/backbones.ts';
import { sizeText } from '../../../shared/shelf-words.ts';
import type { ShelfModel } from '../../../shared/shelf.ts';

/** Value of the field "Encoder" for a weights file. Others are "model:ID" and "scratch:BACKBONE". */
export const ENCODER_FILE = 'file';

/** What the field shows. `pretrained`: the chosen weights of the shelf, if there are any. */
export function encoderValue({ weights, backbone }: Readonly<Record<string, unknown>>, pretrained: ShelfModel | null): string {
  if (pretrained) return `model:${pretrained.id}`;
  return weights === undefined ? `scratch:${String(backbone ?? 'compact')}` : ENCODER_FILE;
}

/**
 * The choices of the form that a value of the field stands for. `now`: those before. With weights where there were none, and with an imported
 * encoder, only the head is trained.
 */
export function encoderChoices(value: string, shelf: readonly ShelfModel[], now: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const scope = now['weights'] === undefined ? { scope: 'head' } : {};
  if (value === ENCODER_FILE) return { weights: ' ', ...scope };
  const model = shelf.find(({ id }) => `model:${id}` === value);
  if (model) return { weights: model.id, backbone: model.backbone, ...(model.source === 'onnx' ? { scope: 'head' } : scope) };
  const backbone = NETWORKS.find((name) => `scratch:${name}` === value);
  return { weights: undefined, beside: undefined, backbone, scope: backbone !== undefined && isFitted(backbone) ? undefined : 'all' };
}

/** Whether weights are here, else their download; and their licence. */
export function weightsWords(model: ShelfModel): string {
  const licence = model.licence ?? 'no licence stated';
  if (model.state === 'here') return `On this computer · ${licence}`;
  return `Downloaded once from ${model.host ?? 'their host'} (${sizeText(model)}); no image is sent · ${licence}`;
}
