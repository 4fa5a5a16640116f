import { TERMS, type TermName as SharedTerm } from '../../shared/glossary.ts';

/** Terms that only the screen uses. */
const SCREEN_TERMS = [
  ['Batch', 'How many pairs the network looks at before it takes one step.'],
  ['Class', 'A folder of the data set: all images in it count as the same kind.'],
  ['Contour', 'A dashed line around the strongest part of a map.'],
  ['Device', 'What computes: the processor (CPU) or a graphics card, by WebGPU, CUDA or DirectML.'],
  ['Engine', 'The library that runs the network.'],
  ['Group', 'Photographs of one subject. They are kept on one side of a split, so that the network is not tested on what it has seen.'],
  ['Optimizer', 'The rule by which training turns errors into steps.'],
  ['Opacity', 'How much of the map covers the photograph.'],
  ['Run', 'One training of a network, with its settings, its curves and its result.'],
  ['Scope', 'How much of the network is trained: its last layers only, its last stage, or all of it.'],
  ['Signed map', 'Both maps at once: warm where the image speaks for the verdict, blue where it speaks against it.'],
  ['Weights', 'The numbers a network has learned. Training can start from those of a network that has already seen millions of photographs.'],
] as const satisfies readonly (readonly [string, string])[];

export type TermName = SharedTerm | (typeof SCREEN_TERMS)[number][0];

const MEANINGS = new Map<string, string>([...TERMS, ...SCREEN_TERMS]);

/** One line that explains a term of the field. */
export const meaningOf = (term: TermName): string => MEANINGS.get(term)!;

/** All terms, in alphabetical order. */
export const allTerms = (): [name: string, meaning: string][] => [...MEANINGS].sort(([a], [b]) => a.localeCompare(b, 'en'));
