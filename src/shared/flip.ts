import type { NetworkGate } from './faithfulness.ts';

/** Version of the recipe. A stored test of another version is computed again. */
export const FLIP_RECIPE = 1;
/** Shares of an image's area, in %, that are tried first. Between the first that has an effect and the one before it, every whole percent is tried. */
export const COARSE_SHARES = [5, 10, 15, 20, 25, 30, 40, 50] as const;
export const LARGEST_SHARE = 50; // %

/** What is blurred: parts of one image while the other stays as it is, or parts of both, the same share of each. */
export const FLIP_PARTS = ['a', 'b', 'both'] as const;
export type FlipPart = (typeof FLIP_PARTS)[number];

/**
 * remove: the part that a map marks most is blurred, until the verdict changes. keep: all else is blurred; the smallest kept part with which
 * the verdict stays.
 */
export const FLIP_MODES = ['remove', 'keep'] as const;
export type FlipMode = (typeof FLIP_MODES)[number];

/** A share and the distance D(A, B) with it. */
export interface TriedShare {
  share: number; // %
  distance: number;
}

/** One search. Distance over share need not be monotonic: a larger share may undo what a smaller one does. */
export interface FlipSearch {
  /**
   * The smallest share (%) *tried* that changes the verdict (keep: with which it stays). All smaller shares that were tried do not. null:
   * none up to LARGEST_SHARE. keep: 0 if the verdict stays without anything kept.
   */
  share: number | null;
  tried: TriedShare[]; // in the order of the map, ascending
  /** Of each rolled copy of the map: the smallest of the same tried shares, up to `share`, at which it does so; null: at none. */
  rolled: (number | null)[];
}

export type FlipResult = Record<FlipMode, FlipSearch>;

/**
 * What a flip test of a stored comparison found. `tested`: see `parts`. `identical`: both images have the same pixels. `threshold`: the
 * distance is at the threshold up to rounding. The last two have no parts.
 */
export type FlipOutcome = 'tested' | 'identical' | 'threshold';

export interface FlipTest {
  recipe: number;
  testedMs: number;
  distance: number; // D(A, B), by the test's own forward pass
  side: number; // px, of the square images that the network reads
  /** SHA-256 of the pixels that the network reads. They seed the rolls, as those of the check of the maps. */
  pixels: [string, string];
  /** Share of each image's area, in %, where its map has evidence for the verdict. A larger share continues where it has none. */
  marked: [number, number];
  gate: NetworkGate;
  outcome: FlipOutcome;
  /** null: the map of the image, or of one of both, has no evidence for the verdict, so it has no order in which to remove. */
  parts: Record<FlipPart, FlipResult | null>;
}

/** Share of the threshold: within it, rounding decides the verdict. */
const ROUNDING = 1e-4;

/** Whether rounding decides the verdict at this distance. */
export const isAtThreshold = (distance: number, threshold: number): boolean => Math.abs(distance - threshold) <= ROUNDING * Math.abs(threshold);

/** The rolled copies that have an effect within the share of the map, or within LARGEST_SHARE if the map has none. */
export const rolledWithin = ({ rolled }: Pick<FlipSearch, 'rolled'>): number => rolled.filter((share) => share !== null).length;

/** How a share compares with those of the rolled copies of the map. */
export type FlipStanding = 'better' | 'unclear' | 'chance';

/**
 * better: no rolled copy has an effect within the share of the map. If the map were one of 17 such maps, that had a probability of 1/17.
 * chance: half of the copies or more do, as is expected of a map at random, or any does although the map does not. unclear: all else.
 */
export function flipStanding({ share, rolled }: Pick<FlipSearch, 'share' | 'rolled'>): FlipStanding {
  const within = rolledWithin({ rolled });
  if (share === null) return within === 0 ? 'unclear' : 'chance';
  if (rolled.length === 0) return 'unclear';
  if (within === 0) return 'better';
  return within < rolled.length / 2 ? 'unclear' : 'chance';
}

/** The file of a picture: PNG. */
export type PictureName = `flip${number}-${FlipMode}-${FlipPart}-${'a' | 'b'}.png`;

/** A picture of a test: an image as the network read it, with parts blurred. */
export interface FlipPicture {
  mode: FlipMode;
  part: FlipPart;
  letter: 'a' | 'b';
  share: number; // %, removed or kept
  name: PictureName;
}

/** The file of a picture. The version of the recipe is part of it, so the content under a name never changes. */
const pictureName = (mode: FlipMode, part: FlipPart, letter: 'a' | 'b', recipe: number): PictureName => `flip${recipe}-${mode}-${part}-${letter}.png`;

export const PICTURE_NAME = /^flip\d+-(?:remove|keep)-(?:a|b|both)-[ab]\.png$/;

/** The pictures of a test: of every changed image, at the share that was found, else at LARGEST_SHARE. */
export const flipPictures = ({ parts, recipe }: Pick<FlipTest, 'parts' | 'recipe'>): FlipPicture[] =>
  FLIP_PARTS.flatMap((part) => {
    const result = parts[part];
    if (!result) return [];
    return FLIP_MODES.flatMap((mode) =>
      lettersOf(part).map((letter) => {
        const share = result[mode].share ?? LARGEST_SHARE;
        return { mode, part, letter, share, name: pictureName(mode, part, letter, recipe) };
      }),
    );
  });

/** The images that a part changes. */
export const lettersOf = (part: FlipPart): ('a' | 'b')[] => (part === 'both' ? ['a', 'b'] : [part]);
