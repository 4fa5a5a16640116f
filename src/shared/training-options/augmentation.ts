/** The random changes of training images: one table for schema, command line, form and words. */

interface Switch {
  kind: 'switch';
  label: string;
  flag: string; // within the list of --augment
  words: string; // what was done
}
interface Amount {
  kind: 'amount';
  label: string;
  flag: string; // within the list of --augment, with a number
  max: number; // the range begins at 0: off
  step: number; // of the slider
  unit: '°' | '%'; // %: the number is a share 0..1
  words: (amount: string) => string; // what was done; `amount` with its unit
}

export const AUGMENTATIONS = {
  flipHorizontal: { kind: 'switch', label: 'Mirror horizontally', flag: 'flip-horizontal', words: 'mirrored horizontally' },
  flipVertical: { kind: 'switch', label: 'Mirror vertically', flag: 'flip-vertical', words: 'mirrored vertically' },
  // Degrees; sampled from ± the amount.
  rotation: { kind: 'amount', label: 'Rotate by up to', flag: 'rotate', max: 180, step: 5, unit: '°', words: (a) => `rotated by up to ${a}` },
  // The largest share cropped from each side.
  crop: { kind: 'amount', label: 'Crop by up to', flag: 'crop', max: 0.5, step: 0.05, unit: '%', words: (a) => `cropped by up to ${a} of each side` },
  // Strength of brightness, contrast and saturation changes.
  colour: { kind: 'amount', label: 'Vary colours', flag: 'colour', max: 1, step: 0.05, unit: '%', words: (a) => `colours varied, strength ${a}` },
} as const satisfies Record<string, Switch | Amount>;

type Augmentations = typeof AUGMENTATIONS;
export type AugmentationName = keyof Augmentations;
export type Augmentation = { [K in AugmentationName]: Augmentations[K]['kind'] extends 'switch' ? boolean : number };

export const AUGMENTATION_ENTRIES = Object.entries(AUGMENTATIONS) as [AugmentationName, Switch | Amount][];

export const NO_AUGMENTATION = Object.fromEntries(
  AUGMENTATION_ENTRIES.map(([name, change]) => [name, change.kind === 'switch' ? false : 0]),
) as Augmentation;

/** An example of the command line's list, in its own syntax. */
export const AUGMENTATION_EXAMPLE = 'flip-horizontal,flip-vertical,rotate=15,crop=0.2,colour=0.3';
