/** Given classes, and probabilities from a model that was not fitted to these images. */
export interface OutOfFold {
  given: Int32Array; // [n] classes, 0..k-1
  probabilities: Float32Array | Float64Array; // [n, k] each row adds up to 1
  k: number;
}

/** `images` of class `given` that are expected to be of class `likely`. */
export interface ConfusedClasses {
  given: number;
  likely: number;
  images: number; // not a whole number
}

/** What confident learning says of each image and of all. */
export interface LabelFindings {
  suggested: Int32Array; // [n] the most probable class other than the given one
  margin: Float32Array; // [n] probability of the given class less that of the suggested one, -1..1; the smallest is the likeliest error
  likely: Uint8Array; // [n] 1: the label is likely wrong
  expected: number; // images expected to be wrong
  confused: ConfusedClasses[]; // off-diagonal cells of the estimated joint, the largest first
}

const EPSILON = 1e-6; // of a probability that equals its class's threshold

/** t_j: the mean probability of class j over the images given as j, [k]; NaN for a class without images. */
export function classThresholds({ given, probabilities, k }: OutOfFold): Float64Array {
  const sums = new Float64Array(k);
  const counts = new Float64Array(k);
  given.forEach((j, i) => {
    sums[j]! += probabilities[i * k + j]!;
    counts[j]!++;
  });
  return sums.map((sum, j) => sum / counts[j]!);
}

/**
 * The confident joint C [k, k]: C[i, j] counts images of given class i whose probability of j reaches t_j; of several such classes the most
 * probable of all counts. An image that reaches no threshold is not counted. C[i, i] is at least 1.
 * Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels", JAIR 2021, equation 1.
 */
export function confidentJoint(predictions: OutOfFold): Float64Array {
  const { k } = predictions;
  const joint = new Float64Array(k * k);
  confidentClasses(predictions).forEach((j, i) => {
    if (j >= 0) joint[predictions.given[i]! * k + j]!++;
  });
  for (let j = 0; j < k; j++) joint[j * k + j] = Math.max(1, joint[j * k + j]!);
  return joint;
}

/** The class that each image is counted as in the confident joint, [n]; -1: none. */
function confidentClasses({ given, probabilities, k }: OutOfFold): Int32Array {
  const thresholds = classThresholds({ given, probabilities, k });
  return given.map((_, i) => {
    let [top, reached, count] = [0, -1, 0];
    for (let j = 0; j < k; j++) {
      const p = probabilities[i * k + j]!;
      if (p > probabilities[i * k + top]!) top = j;
      if (!(p >= thresholds[j]! - EPSILON)) continue;
      if (count++ === 0) reached = j;
    }
    return count > 1 ? top : reached;
  });
}

/** Equation 2: each row of the joint scaled to the number of images of its class, [k, k]; the sum is n. */
export function calibratedJoint(joint: Float64Array, given: Int32Array, k: number): Float64Array {
  const images = new Float64Array(k);
  for (const j of given) images[j]!++;
  return joint.map((count, at) => {
    const row = Math.floor(at / k);
    const sum = joint.subarray(row * k, (row + 1) * k).reduce((a, b) => a + b, 0);
    return sum === 0 ? 0 : (count / sum) * images[row]!;
  });
}

/**
 * A label is likely wrong if the confident joint counts the image as another class and the given class is not the most probable one. `expected`
 * and `confused` are from the calibrated joint, which also stands for images that reach no threshold.
 */
export function findLikelyWrong(predictions: OutOfFold): LabelFindings {
  const { given, probabilities, k } = predictions;
  const counted = confidentClasses(predictions);
  const margin = new Float32Array(given.length);
  const suggested = given.map((own, i) => {
    let best = own === 0 ? 1 : 0;
    for (let j = 0; j < k; j++) if (j !== own && probabilities[i * k + j]! > probabilities[i * k + best]!) best = j;
    margin[i] = probabilities[i * k + own]! - probabilities[i * k + best]!;
    return best;
  });
  const likely = Uint8Array.from(given, (own, i) => Number(counted[i]! >= 0 && counted[i] !== own && margin[i]! < 0));
  const joint = calibratedJoint(confidentJoint(predictions), given, k);
  const confused: ConfusedClasses[] = [];
  joint.forEach((images, at) => {
    const [row, column] = [Math.floor(at / k), at % k];
    if (row !== column && images > 0) confused.push({ given: row, likely: column, images });
  });
  confused.sort((a, b) => b.images - a.images || a.given - b.given || a.likely - b.likely);
  return { suggested, margin, likely, expected: confused.reduce((sum, { images }) => sum + images, 0), confused };
}
