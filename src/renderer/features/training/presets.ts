import type { CatalogueItem } from '../../../shared/explore.ts';
import { bytesText } from '../../../shared/format.ts';

export const PRESETS = [
  {
    preset: 'quick',
    title: 'Quick',
    line: 'Head of a pretrained network',
    text: 'A network that has seen millions of photographs stays as it is; only the last two layers learn what counts as the same here. Minutes, and a good first answer.',
  },
  {
    preset: 'thorough',
    title: 'Thorough',
    line: 'Last stage of a pretrained network',
    text: 'The last stage learns too, so its features bend towards your images. Takes longer, and the maps become more telling.',
  },
  {
    preset: 'scratch',
    title: 'From scratch',
    line: 'A small network of its own',
    text: 'Nothing is downloaded and nothing known before. For images unlike photographs, or as a baseline; wants many images.',
  },
] as const;
export type Preset = (typeof PRESETS)[number]['preset'];

/** What a preset chooses; everything else is left to the kind of training. `pretrained`: the catalogue's entry, null where there is none. */
export function presetChoices(preset: Preset, pretrained: CatalogueItem | null): Record<string, unknown> {
  if (preset === 'scratch' || !pretrained) return { backbone: 'compact', scope: 'all' };
  return { backbone: pretrained.backbone, weights: pretrained.id, scope: preset === 'quick' ? 'head' : 'last-stage' };
}

/** The pretrained network to propose: one that is here already, else the smallest download. */
export function proposed(catalogue: readonly CatalogueItem[]): CatalogueItem | null {
  const here = catalogue.filter(({ downloaded }) => downloaded);
  return (here.length > 0 ? here : catalogue).toSorted((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0))[0] ?? null;
}

/** Which preset choices amount to, or null where they are none of them. */
export function presetOf(choices: Readonly<Record<string, unknown>>): Preset | null {
  const { weights, scope } = choices;
  if (weights === undefined) return scope === undefined || scope === 'all' ? 'scratch' : null;
  return scope === 'head' ? 'quick' : scope === 'last-stage' ? 'thorough' : null;
}

/** Where weights come from and what that costs, in words. */
export function weightsWords(item: CatalogueItem): string {
  if (item.downloaded) return `On this machine · ${item.licence}`;
  const size = item.bytes === null ? '' : `: ${bytesText(item.bytes)}`;
  return `Will be downloaded once${size} from ${item.host}; nothing else leaves this machine · ${item.licence}`;
}
