import type { Augmentation, RunConfig } from '../../../../shared/run.ts';
import { backboneName, HEAD_START_WORDS, SCOPE_WORDS } from '../../../../shared/run-words.ts';
import { fileName, percentText, settingText } from '../../../../shared/format.ts';
import { markup, type Content, type Html } from '../html.ts';
import { facts } from './parts.ts';

/** Everything a run was told, in plain words beside the field's own term. */
export function settingsTables(config: RunConfig): Html {
  const never = (epochs: number, what: string): string => (epochs === 0 ? 'never' : `${what} ${epochs} epochs`);
  return markup`<div class="tables">
${facts(
  [
    [term('Body of the network', 'backbone'), backboneName(config.backbone)],
    [term('Started from', 'weights'), weightsOf(config)],
    [term('Trained', 'scope'), SCOPE_WORDS[config.scope]],
    [term('The head began', 'head start'), HEAD_START_WORDS[config.headStart ?? 'random']],
    [term('Normalisation', 'batch norm'), config.batchNorm === 'frozen' ? 'kept as it was (frozen)' : 'by each batch (batch statistics)'],
    [term('Image size', 'input'), `${config.size} × ${config.size} px`],
    [term('Pixel scaling', 'mean; standard deviation, RGB'), `${triple(config.preprocessing.mean)}; ${triple(config.preprocessing.std)}`],
    [term('Numbers per image', 'embedding dimension d'), config.dim],
    [term('Distance asked of different pairs', 'margin m'), settingText(config.margin)],
    [term('Training images varied', 'augmentation'), augmentationWords(config.augmentation)],
    [term('Padding and epsilon', 'flavour'), config.flavour],
  ],
  'The network',
)}
${facts(
  [
    [term('Passes over the training pairs', 'epochs'), `up to ${config.epochs}`],
    [term('Pairs per step', 'batch'), config.batch],
    [term('Step size at the start', 'learning rate'), settingText(config.lr)],
    [term('Step rule', 'optimizer'), config.optimizer],
    [term('Pull towards zero', 'weight decay'), settingText(config.weightDecay)],
    [term('Largest step', 'gradient clipping'), config.clipNorm === 0 ? 'no limit' : `gradient norm ${settingText(config.clipNorm)}`],
    [term('Step size halved', 'plateau'), never(config.plateau, 'when the validation loss has not fallen for')],
    [term('Stopped early', 'patience'), never(config.patience, 'when the validation AUC has not risen for')],
    [term('Random numbers', 'seed'), config.seed],
    [term('Computed with', 'engine, device'), `${config.engine} on ${config.device}`],
  ],
  'The training',
)}
</div>`;
}

const term = (plain: string, technical: string): Content => markup`${plain} <span class="term">${technical}</span>`;
const triple = (values: readonly number[]): string => values.map((v) => settingText(Number(v.toPrecision(3)))).join(', ');

function weightsOf({ weights }: RunConfig): Content {
  if (weights === null) return 'from scratch';
  return markup`${fileName(weights.source)}${weights.licence && ` (${weights.licence})`}<br>SHA-256 <code>${weights.sha256}</code>`;
}

function augmentationWords(augmentation: Augmentation | null): string {
  if (augmentation === null) return 'no';
  const { flipHorizontal, flipVertical, rotation, crop, colour } = augmentation;
  const kinds = [
    flipHorizontal && 'mirrored left to right',
    flipVertical && 'mirrored top to bottom',
    rotation > 0 && `turned by up to ${settingText(rotation)}°`,
    crop > 0 && `cut by up to ${percentText(crop)} of each side`,
    colour > 0 && `colours changed with strength ${settingText(colour)}`,
  ].filter((kind) => kind !== false);
  return kinds.join(', ') || 'no';
}
