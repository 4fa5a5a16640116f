import type { LabelColumns, LabelFigures } from '../../../shared/labels.ts';
import { randomFor } from '../../../shared/random.ts';
import { ImageTable } from '../../domain/pairs/packed.ts';
import { findLikelyWrong } from '../../domain/wrong-labels/confident-learning.ts';
import { FEWEST_UNITS, FOLDS, stratifiedFolds, unitsOf, unitsPerClass } from '../../domain/wrong-labels/folds.ts';
import { calibrationError, fitTemperature, toProbabilities } from '../../domain/wrong-labels/temperature.ts';
import { distancesToClass, outlierScores } from '../../domain/wrong-labels/typicality.ts';
import { crossFittedScores } from '../../nn/cross-fitted-probe.ts';
import { PENALTY_OF_PATCHES } from '../../nn/probe.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { openEmbeddings, readNeighbours } from '../embeddings/open-embeddings.ts';
import { openEngine } from '../engine/engine-choice.ts';
import type { CallContext } from '../protocol/protocol.ts';
import type { CheckLabelsRequest } from '../protocol/wrong-labels.ts';

const MOST_PROBABILITIES = 5e7; // images × classes: 200 MB
const MOST_CONFUSED = 20; // pairs of classes that are stored
const STEPS = 100; // of progress

/**
 * Judges the labels of a data set by out-of-fold predictions of a linear probe on its embeddings, and measures how far each image is from its
 * neighbours and from its class. Copies, linked images and images of a group are in the same fold. Throws AppError 'not-found' if the embeddings are
 * gone, 'cancelled'.
 */
export async function checkLabels(
  request: CheckLabelsRequest,
  { signal, progress }: CallContext<'checkLabels'>,
): Promise<{ figures: LabelFigures; columns: LabelColumns }> {
  const { embedded } = request;
  const { d, measure, rows } = await openEmbeddings(embedded);
  const used = usedRows(request);
  const table = new ImageTable(request.images);
  const names = [...new Set(used.map(({ position }) => table.at(position).className))].sort();
  const numberOf = new Map(names.map((name, j) => [name, j]));
  const given = Int32Array.from(used, ({ position }) => numberOf.get(table.at(position).className)!);
  const ids = Int32Array.from(used, ({ position }) => request.images.ids[position]!);
  const neighbours = await readNeighbours(embedded);
  const included = new Uint8Array(embedded.n);
  for (const { row } of used) included[row] = 1;
  const outliers = outlierScores(neighbours, included);
  const rowOf = (i: number): Float32Array => rows.subarray(used[i]!.row * d, (used[i]!.row + 1) * d);
  const columns: LabelColumns = {
    ids,
    given,
    suggested: new Int32Array(used.length).fill(-1),
    ofGiven: new Float32Array(used.length).fill(Number.NaN),
    ofSuggested: new Float32Array(used.length).fill(Number.NaN),
    likely: new Uint8Array(used.length),
    outlier: Float32Array.from(used, ({ row }) => outliers.scores[row]!),
    fromClass: distancesToClass(rowOf, given, { k: names.length, d, measure }),
  };
  throwIfCancelled(signal);
  const units = unitsOfImages(request, used, table);
  const figures: LabelFigures = { ...nothingJudged(given, units, names), medianDistance: outliers.median };
  const judged = judgedImages(given, units, names.length);
  figures.problem = problemOf(judged, names.length);
  if (figures.problem !== null) return { figures, columns };

  const { positions, classes } = judged;
  const k = classes.length;
  const numberAmongJudged = new Map(classes.map((j, number) => [j, number]));
  const judgedGiven = Int32Array.from(positions, (i) => numberAmongJudged.get(given[i]!)!);
  const judgedUnits = Int32Array.from(positions, (i) => units[i]!);
  const foldOf = stratifiedFolds(judgedGiven, judgedUnits, k, randomFor(request.seed, 'label folds'));
  const judgedRows = new Float32Array(positions.length * d);
  positions.forEach((i, at) => judgedRows.set(rowOf(i), at * d));
  const penalty = request.hasPatches ? PENALTY_OF_PATCHES : undefined;
  const scores = await crossFittedScores(
    { rows: judgedRows, n: positions.length, classOf: judgedGiven, k, foldOf, folds: FOLDS, penalty },
    await openEngine('onnx', 'cpu'),
    {
      pause: async () => {
        await new Promise(setImmediate); // so that a cancellation is received
        throwIfCancelled(signal);
      },
      onStep: (share) => progress({ done: Math.round(share * STEPS), total: STEPS }),
    },
  );
  const probabilities = toProbabilities(scores, k, fitTemperature(scores, judgedGiven, k));
  const predictions = { given: judgedGiven, probabilities, k };
  const found = findLikelyWrong(predictions);
  positions.forEach((i, at) => {
    columns.suggested[i] = classes[found.suggested[at]!]!;
    columns.ofGiven[i] = probabilities[at * k + judgedGiven[at]!]!;
    columns.ofSuggested[i] = probabilities[at * k + found.suggested[at]!]!;
    columns.likely[i] = found.likely[at]!;
  });
  figures.judged = positions.length;
  figures.agreement = found.margin.reduce((sum, margin) => sum + Number(margin >= 0), 0) / positions.length;
  figures.calibrationError = calibrationError(predictions);
  figures.expected = found.expected;
  figures.confused = found.confused
    .slice(0, MOST_CONFUSED)
    .map(({ given: from, likely, images }) => ({ given: names[classes[from]!]!, likely: names[classes[likely]!]!, images }));
  return { figures, columns };
}

/** The included images that have a row. */
function usedRows({ images, excluded, ids }: CheckLabelsRequest): { row: number; position: number }[] {
  const rowOf = new Map(Array.from(ids, (id, row) => [id, row]));
  const used = Array.from(images.ids, (id, position) => ({ row: rowOf.get(id) ?? -1, position }));
  return used.filter(({ row, position }) => row >= 0 && excluded[position] === 0);
}

/** Images that must be in the same fold, numbered. */
function unitsOfImages({ images, links }: CheckLabelsRequest, used: readonly { position: number }[], table: ImageTable): Int32Array {
  const at = new Map(used.map(({ position }, i) => [images.ids[position]!, i]));
  const linked = Array.from({ length: links.length / 2 }, (_, i) => [at.get(links[2 * i]!), at.get(links[2 * i + 1]!)] as const);
  const contents = used.map(({ position }) => table.content(position));
  const groups = used.map(({ position }) => (images.groupOf[position]! < 0 ? null : images.groupOf[position]!));
  const both = linked.filter((pair): pair is readonly [number, number] => pair[0] !== undefined && pair[1] !== undefined);
  return unitsOf(used.length, [contents, groups], both);
}

interface Judged {
  classes: number[]; // that are judged, ascending
  positions: number[]; // of the images of these classes
}

function judgedImages(given: Int32Array, units: Int32Array, k: number): Judged {
  const perClass = unitsPerClass(given, units, k);
  const classes = [...perClass.keys()].filter((j) => perClass[j]! >= FEWEST_UNITS);
  return { classes, positions: [...given.keys()].filter((i) => perClass[given[i]!]! >= FEWEST_UNITS) };
}

function nothingJudged(given: Int32Array, units: Int32Array, names: readonly string[]): Omit<LabelFigures, 'medianDistance'> {
  const perClass = unitsPerClass(given, units, names.length);
  const images = new Int32Array(names.length);
  for (const j of given) images[j]!++;
  const leftOut = names.flatMap((className, j) => (perClass[j]! < FEWEST_UNITS ? [{ className, images: images[j]!, units: perClass[j]! }] : []));
  const none = { judged: 0, agreement: null, calibrationError: null, expected: 0, confused: [] };
  return { classes: [...names], folds: FOLDS, leftOut, problem: null, ...none };
}

/** Why no label can be judged, or null. */
function problemOf({ classes, positions }: Judged, all: number): string | null {
  if (classes.length < 2) {
    const which =
      all < 2
        ? `The included images are of ${all === 1 ? 'one class' : 'no class'}`
        : `Only ${classes.length} of ${all} classes ${classes.length === 1 ? 'has' : 'have'} ${FEWEST_UNITS} images or more that are no copies and of different groups`;
    return `${which}, so no label can be judged: that takes at least two classes of ${FEWEST_UNITS} such images.`;
  }
  if (positions.length * classes.length > MOST_PROBABILITIES)
    return `${classes.length} classes of ${positions.length} images are too many to be judged together. Exclude some classes.`;
  return null;
}
