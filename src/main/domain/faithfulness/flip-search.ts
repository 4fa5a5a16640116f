import {
  COARSE_SHARES,
  FLIP_MODES,
  FLIP_PARTS,
  type FlipMode,
  type FlipPart,
  type FlipResult,
  type FlipSearch,
  lettersOf,
} from '../../../shared/flip.ts';

/** One image with a part blurred. */
export interface Perturbation {
  image: 0 | 1;
  /** 0: the map of the image; k: its k-th rolled copy. */
  map: number;
  mode: FlipMode;
  share: number; // % of the area: removed, or kept
}

/** `E`: what a network makes of an image, such as its embedding. */
export interface FlipInput<E> {
  unchanged: readonly [E, E];
  distance(a: E, b: E): number;
  /** Whether a distance has the verdict of the unchanged pair. */
  holds(distance: number): boolean;
  /** Whether each image's map has evidence for the verdict. */
  hasEvidence: readonly [boolean, boolean];
  rolled: number; // copies of each map; the k-th of A is used together with the k-th of B
  /** What is searched; default: both. A mode that is left out has no tried shares. */
  modes?: readonly FlipMode[] | undefined;
  /** In the order of `perturbations`. Calls `onEmbedded` with the number of perturbations that are done. */
  embed(perturbations: readonly Perturbation[], onEmbedded: (done: number) => void): Promise<readonly E[]>;
  /** `total`: perturbations at most; it becomes smaller when a share is found. */
  onProgress?(progress: { done: number; total: number }): void;
}

interface Search extends FlipSearch {
  part: FlipPart;
  mode: FlipMode;
  images: (0 | 1)[]; // that are changed
}

/**
 * Finds for A, for B and for both images the smallest tried share whose removal changes the verdict, and the smallest whose keeping holds it;
 * see FlipSearch. Shares: COARSE_SHARES, then every percent between the first with an effect and the one before it. The rolled copies are
 * tried at the same shares up to the one found, or at all coarse ones if none was. Searches share their perturbations: removing 5 % of A and 5 % of
 * both needs one embedding of A.
 */
export async function findFlips<E>(input: FlipInput<E>): Promise<Record<FlipPart, FlipResult | null>> {
  const { unchanged, distance, holds, hasEvidence, rolled, modes = FLIP_MODES } = input;
  const searches = FLIP_PARTS.flatMap((part) => {
    const images = lettersOf(part).map((letter) => (letter === 'a' ? 0 : 1));
    if (!images.every((image) => hasEvidence[image])) return [];
    return modes.map((mode): Search => ({ part, mode, images, share: null, tried: [], rolled: [] }));
  });
  const perturbations = new Perturbations(input);
  const perturbationsOf = ({ images, mode }: Search, map: number, share: number): Perturbation[] =>
    images.map((image) => ({ image, map, mode, share }));
  const distanceOf = ({ images, mode }: Search, map: number, share: number): number => {
    const [a, b] = ([0, 1] as const).map((image) => (images.includes(image) ? perturbations.get({ image, map, mode, share }) : unchanged[image]));
    return distance(a!, b!);
  };
  const hasEffect = ({ mode }: Search, at: number): boolean => holds(at) === (mode === 'keep');
  const tryShares = async (sharesOf: (search: Search) => readonly number[]): Promise<void> => {
    await perturbations.add(searches.flatMap((search) => sharesOf(search).flatMap((share) => perturbationsOf(search, 0, share))));
    for (const search of searches) {
      for (const share of sharesOf(search)) search.tried.push({ share, distance: distanceOf(search, 0, share) });
      search.tried.sort((x, y) => x.share - y.share);
      search.share = search.tried.find((tried) => hasEffect(search, tried.distance))?.share ?? null;
    }
  };

  await tryShares(coarseShares);
  const between = new Map(searches.map((search) => [search, sharesBefore(search)]));
  await tryShares((search) => between.get(search)!);

  const compared = searches.filter(({ share }) => share !== 0); // else there is nothing that a copy could do better
  const sharesOf = ({ tried, share }: Search): number[] => tried.map((one) => one.share).filter((one) => one > 0 && one <= (share ?? one));
  for (const search of compared) search.rolled = Array.from({ length: rolled }, () => null);
  const levels = [...new Set(compared.flatMap(sharesOf))].sort((x, y) => x - y);
  const ownPerturbations = compared.flatMap((search) => sharesOf(search).flatMap((share) => perturbationsOf(search, 0, share)));
  perturbations.expect(rolled * new Set(ownPerturbations.map(keyOf)).size);
  for (const share of levels) {
    const open = compared
      .filter((search) => sharesOf(search).includes(share))
      .flatMap((search) => search.rolled.flatMap((found, k) => (found === null ? [{ search, k }] : [])));
    await perturbations.add(open.flatMap(({ search, k }) => perturbationsOf(search, k + 1, share)));
    for (const { search, k } of open) if (hasEffect(search, distanceOf(search, k + 1, share))) search.rolled[k] = share;
  }

  const resultOf = (part: FlipPart): FlipResult | null => {
    const found = searches.filter((search) => search.part === part);
    const of = (mode: FlipMode): FlipSearch => searchResult(found.find((search) => search.mode === mode) ?? NOT_SEARCHED);
    return found.length > 0 ? { remove: of('remove'), keep: of('keep') } : null;
  };
  return { a: resultOf('a'), b: resultOf('b'), both: resultOf('both') };
}

const coarseShares = ({ mode }: Search): readonly number[] => (mode === 'keep' ? [0, ...COARSE_SHARES] : COARSE_SHARES);

/** The whole percents between the share that was found and the tried one before it. */
function sharesBefore({ tried, share }: Search): number[] {
  if (share === null) return [];
  const before = tried.findLast((one) => one.share < share)?.share ?? 0;
  return Array.from({ length: Math.max(0, share - before - 1) }, (_, i) => before + 1 + i);
}

const NOT_SEARCHED: FlipSearch = { share: null, tried: [], rolled: [] };

const searchResult = ({ share, tried, rolled }: FlipSearch): FlipSearch => ({ share, tried, rolled });

/** The embeddings of all perturbations so far, each computed once. */
class Perturbations<E> {
  private readonly found = new Map<string, E>();
  private total: number; // at most
  private readonly input: FlipInput<E>;

  constructor(input: FlipInput<E>) {
    this.input = input;
    this.total = 2 * (input.modes ?? FLIP_MODES).length * COARSE_SHARES.length * (input.rolled + 1);
  }

  /** At most `more` perturbations will be added. */
  expect(more: number): void {
    this.total = this.found.size + more;
  }

  async add(perturbations: readonly Perturbation[]): Promise<void> {
    const missing = [...new Map(perturbations.map((perturbation) => [keyOf(perturbation), perturbation])).values()].filter(
      (perturbation) => !this.found.has(keyOf(perturbation)),
    );
    if (missing.length === 0) return;
    const before = this.found.size;
    const onEmbedded = (n: number): void => this.input.onProgress?.({ done: before + n, total: Math.max(this.total, before + n) });
    const embeddings = await this.input.embed(missing, onEmbedded);
    for (const [i, perturbation] of missing.entries()) this.found.set(keyOf(perturbation), embeddings[i]!);
  }

  get(perturbation: Perturbation): E {
    return this.found.get(keyOf(perturbation))!;
  }
}

const keyOf = ({ image, map, mode, share }: Perturbation): string => `${image} ${map} ${mode} ${share}`;
