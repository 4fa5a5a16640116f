import type { CatalogueItem } from '../../../shared/weights-catalogue.ts';
import { bytesText } from '../../../shared/format.ts';

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
    preset: 'scratch',
    title: 'From scratch',
    line: 'A small network without pretrained weights',
    text: 'Nothing is downloaded. For images unlike photographs, or as a baseline. Needs many images.',
  },
] as const;
export type Preset = (typeof PRESETS)[number]['preset'];

/** The choices of a preset; all other options get their defaults. `pretrained`: null if the catalogue is empty. */
export function presetChoices(preset: Preset, pretrained: CatalogueItem | null): Record<string, unknown> {
  if (preset === 'scratch' || !pretrained) return { backbone: 'compact', scope: 'all' };
  return { backbone: pretrained.backbone, weights: pretrained.id, scope: preset === 'quick' ? 'head' : 'last-stage' };
}

/** The pretrained network to suggest: one already downloaded, else the smallest download. */
export function suggestedWeights(catalogue: readonly CatalogueItem[]): CatalogueItem | null {
  const downloaded = catalogue.filter(({ downloaded }) => downloaded);
  return (downloaded.length > 0 ? downloaded : catalogue).toSorted((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0))[0] ?? null;
}

/** The preset that the choices match, or null. */
export function presetOf(choices: Readonly<Record<string, unknown>>): Preset | null {
  const { weights, scope } = choices;
  if (weights === undefined) return scope === undefined || scope === 'all' ? 'scratch' : null;
  return scope === 'head' ? 'quick' : scope === 'last-stage' ? 'thorough' : null;
}

/** Source, download size and licence of weights. */
export function weightsWords(item: CatalogueItem): string {
  if (item.downloaded) return `Already downloaded · ${item.licence}`;
  const size = item.bytes === null ? '' : ` (${bytesText(item.bytes)})`;
  return `Will be downloaded once from ${item.host}${size}; no image is sent · ${item.licence}`;
}
