import { isFitted } from '../../../shared/backbones.ts';
import type { ShelfModel } from '../../../shared/shelf.ts';
import { backboneOf } from './fields.ts';

export const PRESETS = [
  {
    preset: 'quick',
    title: 'Quick',
    line: 'Head of a pretrained network',
    text: 'Only the head is trained, on the features of a network pretrained on millions of photographs. Takes seconds to minutes; a good first result.',
  },
  {
    preset: 'thorough',
    title: 'Thorough',
    line: 'Last stage of a pretrained network',
    text: 'The last stage is trained too, so that its features adapt to your images. Takes longer than Quick.',
  },
  {
    preset: 'patches',
    title: 'Without weights',
    line: 'Patches of your own images',
    text: 'Nothing is downloaded: a dictionary of small patches of your images, in about a minute. Good for textures and for images unlike everyday photographs.',
  },
  {
    preset: 'scratch',
    title: 'From scratch',
    line: 'A small network without pretrained weights',
    text: 'All layers are trained, without a download. For images unlike everyday photographs, or as a baseline. Needs many images.',
  },
] as const;
export type Preset = (typeof PRESETS)[number]['preset'];

/** The choices of a preset; all other options get their defaults. `pretrained`: null if the shelf has no weights. */
export function presetChoices(preset: Preset, pretrained: ShelfModel | null): Record<string, unknown> {
  if (preset === 'scratch') return { backbone: 'compact', scope: 'all' };
  if (preset === 'patches' || !pretrained) return { backbone: 'patches' };
  return { backbone: pretrained.backbone, weights: pretrained.id, scope: preset === 'quick' ? 'head' : 'last-stage' };
}

/** The weights to suggest: smallest of those on this computer, else the smallest download. */
export function suggestedWeights(shelf: readonly ShelfModel[]): ShelfModel | null {
  const weights = shelf.filter(({ source }) => source === 'catalogue' || source === 'file');
  const here = weights.filter(({ state }) => state === 'here');
  return (here.length > 0 ? here : weights).toSorted((a, b) => a.bytes - b.bytes)[0] ?? null;
}

/** The preset that the choices match, or null. */
export function presetOf(choices: Readonly<Record<string, unknown>>): Preset | null {
  const { weights, scope } = choices;
  if (weights === undefined && isFitted(backboneOf(choices))) return 'patches';
  if (weights === undefined) return scope === undefined || scope === 'all' ? 'scratch' : null;
  return scope === 'head' ? 'quick' : scope === 'last-stage' ? 'thorough' : null;
}
