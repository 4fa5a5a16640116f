import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import type { ComparedImage, Comparison, ComparisonRow, ExplainedComparison, ScaleChoice } from '../../../shared/comparison.ts';
import type { CompareRequest, ExplainPair } from '../../../shared/contract.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ComparisonNotes } from '../../db/comparisons.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';
import { makeFolders } from '../../foundation/files.ts';
import { comparePair } from './compare-pair.ts';
import { currentRow, currentRows } from './current-rows.ts';
import { Examples } from './examples.ts';
import { Explanations } from './explanations.ts';
import { FlipTests } from './flip-tests.ts';
import { MapChecks } from './map-checks.ts';
import { MapScales } from './map-scales.ts';
import { NetworkGates } from './network-gates.ts';
import { Matches } from './matches.ts';
import { Overlays } from './overlays.ts';
import { Randomisations } from './randomisations.ts';
import type { ComparePorts } from './ports.ts';
import { WhatIfService } from './what-ifs.ts';

const FILE_NAMES = ['a', 'b'].flatMap((letter) =>
  ['photo.jpg', 'factual.png', 'counterfactual.png', 'signed.npy'].map((name) => `${letter}-${name}`),
);

const STORED_FILES = ['photo', 'factual', 'counterfactual', 'signed'] as const satisfies readonly (keyof ComparedImage)[];

/** Compares pairs of images, and stores, annotates and removes comparisons. */
export class CompareService {
  /** Names of the files that `compare` copies into `out`. */
  readonly fileNames: readonly string[] = FILE_NAMES;
  readonly scales: MapScales;
  readonly checks: MapChecks;
  readonly whatIfs: WhatIfService;
  readonly examples: Examples;
  readonly flips: FlipTests;
  readonly randomisations: Randomisations;
  readonly matches: Matches;
  private readonly ports: ComparePorts;
  private readonly explanations: Explanations;
  private readonly overlays: Overlays;

  constructor(ports: ComparePorts) {
    this.ports = ports;
    this.explanations = new Explanations(ports);
    this.scales = new MapScales(ports);
    this.whatIfs = new WhatIfService(ports);
    this.examples = new Examples(ports);
    const gates = new NetworkGates(ports);
    this.checks = new MapChecks(ports, gates);
    this.flips = new FlipTests(ports, gates);
    this.randomisations = new Randomisations(ports);
    this.matches = new Matches(ports);
    this.overlays = new Overlays(ports, this.scales);
  }

  /** For a screen: the row with its maps, without overlay files. The comparison is deleted at the next start unless it is saved. */
  explain(request: ExplainPair, signal: AbortSignal): Promise<ExplainedComparison> {
    return this.explanations.explain(request, signal);
  }

  open(id: string): Promise<ExplainedComparison> {
    return this.explanations.open(id);
  }

  /** With the classes and warnings that its data set has now. Throws AppError 'not-found'. */
  get(id: string): ComparisonRow {
    return currentRow(this.ports, this.ports.comparisons.get(id));
  }

  /** Newest first, as `get`. */
  list(o: { saved?: boolean | undefined } = {}): ComparisonRow[] {
    return currentRows(this.ports, this.ports.comparisons.list(o));
  }

  /**
   * For the command line: compares two files, saves the comparison with all its files, and copies them into `out`. Returns the
   * record with the paths of the copies.
   */
  async compare(
    { run, images: [a, b], target, method, layer, out }: CompareRequest,
    signal?: AbortSignal,
    onProgress?: (p: Counted) => void,
  ): Promise<Comparison> {
    if (out !== undefined) makeFolders(out); // fails before anything is computed
    const { root } = this.ports.datasets.get(this.ports.runs.get(run).dataset);
    const files: [string, string] = [absolutePath(a, root), absolutePath(b, root)];
    const request = { run, files, sha256: [null, null] as [null, null], target, method, layer, saved: true };
    const { comparison: id } = (await comparePair(this.ports, request, { signal, onProgress })).comparison;
    try {
      await this.overlays.ensure(id, signal);
    } catch (error) {
      this.ports.comparisons.remove(id); // a saved comparison has its overlays
      throw error;
    }
    const comparison: Comparison = this.get(id);
    return out === undefined ? comparison : withCopiedPaths(out, comparison);
  }

  /** As `get`, after measuring the scale of its run's maps if its overlays use that. */
  withScale(id: string): Promise<ComparisonRow> {
    return this.overlays.withScale(id);
  }

  /** Draws the overlay files that are missing. Throws AppError 'not-found' if a map is missing. */
  drawOverlays(id: string): Promise<void> {
    return this.overlays.ensure(id);
  }

  /**
   * Changes saved, judgement, note or the scale of a saved comparison. Draws the overlays of a saved comparison in the background, so that
   * the screen need not wait.
   */
  annotate(id: string, { shownScale, ...notes }: ComparisonNotes & { shownScale?: ScaleChoice | undefined }): ComparisonRow {
    if (shownScale !== undefined) this.ports.comparisons.update(id, { shownScale });
    const row = currentRow(this.ports, this.ports.comparisons.annotate(id, notes));
    if (row.saved) this.overlays.ensure(id).catch(() => undefined); // drawOverlays reports the error to callers that need the files
    this.ports.announce(id);
    return row;
  }

  remove(id: string): void {
    this.ports.comparisons.remove(id);
    this.ports.announce(id);
  }

  restore(id: string): void {
    this.ports.comparisons.restore(id);
    this.ports.announce(id);
  }

  /** Deletes removed what-if edits, and removed and unsaved comparisons with their files, except those in `retained`, which reports need. */
  deleteUnsaved(retained: ReadonlySet<string>): void {
    this.ports.whatIfs.purge();
    for (const id of this.ports.comparisons.purge(retained)) rmSync(this.ports.folderOf(id), { recursive: true, force: true });
  }
}

/** The path relative to the working directory, else to the data set's folder. Throws AppError 'not-found'. */
function absolutePath(file: string, root: string): string {
  const given = resolve(file);
  if (existsSync(given)) return given;
  const inside = join(root, file);
  if (!isAbsolute(file) && existsSync(inside)) return inside;
  throw new AppError('not-found', `There is no image ${file}.`, { file });
}

function withCopiedPaths(out: string, comparison: Comparison): Comparison {
  const copyFiles = (image: ComparedImage): ComparedImage => {
    const copies = STORED_FILES.map((kind) => [kind, join(out, basename(image[kind]))] as const);
    for (const [kind, copy] of copies) copyFileSync(image[kind], copy);
    return { ...image, ...Object.fromEntries(copies) };
  };
  return { ...comparison, images: [copyFiles(comparison.images[0]), copyFiles(comparison.images[1])] };
}
