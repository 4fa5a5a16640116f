/** The terms of the field, each explained in one line: the report lists them, the screen shows them where they are used. */
export const TERMS = [
  ['Accuracy', 'Share of pairs whose verdict is right.'],
  ['AUC', 'Area under the ROC curve: the chance that a different pair has a larger distance than a same pair. 0.5 is guessing, 1 is perfect.'],
  ['Augmentation', 'Small random changes to training images, so that the network does not learn them by heart.'],
  ['Backbone', 'The body of the network, which finds features in an image.'],
  ['Batch norm', 'A layer that keeps values in range, by fixed (frozen) statistics or by those of each batch.'],
  ['Calibration', 'Fitting the scale on which a distance becomes a similarity in percent.'],
  ['Confusion table', 'Right and wrong verdicts, counted by what is true and what was said.'],
  ['Counterfactual map', 'Where the image speaks against the verdict (or for a smaller distance).'],
  ['Distance', 'How far apart the network puts two images; 0 is alike. It has no unit, only the margin to compare with.'],
  ['Embedding', 'The short list of numbers the network makes of an image.'],
  ['Epoch', 'One pass over all training pairs.'],
  ['Equal error rate', 'The share of errors at the threshold where both kinds of error are equally frequent. Lower is better.'],
  ['Factual map', 'Where the image speaks for the verdict (or for a larger distance).'],
  ['Grad-CAM', 'Gradient-weighted class activation mapping: a map of where a layer’s features moved the result.'],
  ['Interval, 95 %', 'A range that would hold the true figure in about 95 of 100 such studies, were the pairs independent.'],
  ['Layer', 'A stage of the network; the maps are read at one of them.'],
  ['Learning rate', 'The size of the steps training takes.'],
  ['Loss', 'The number training lowers: how far the distances are from what the labels ask.'],
  ['Margin', 'The distance training asks of different pairs; beyond it, further is not better.'],
  ['Pair', 'Two images with a label: same class or different classes.'],
  ['ROC curve', 'Pairs found against false alarms, over all thresholds.'],
  ['Seed', 'The number all random choices follow from; the same seed repeats them.'],
  ['SHA-256', 'A fingerprint of a file: another content has another fingerprint.'],
  ['Similarity', 'The distance on a scale from 0 to 100 %, where the threshold is 50 %.'],
  ['Snapshot', 'The fingerprint of a data set: its files, classes and splits.'],
  ['Split', 'Training images teach the network, validation images choose its epoch and threshold, test images only judge it.'],
  ['Threshold', 'The distance above which the verdict is “different”.'],
  ['Verdict', '“Same” (of one class) or “different”, as the network says, which may be wrong.'],
] as const satisfies readonly (readonly [name: string, meaning: string])[];

/** Terms that only the screen uses. */
export const SCREEN_TERMS = [
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
] as const satisfies readonly (readonly [name: string, meaning: string])[];

export type TermName = (typeof TERMS)[number][0] | (typeof SCREEN_TERMS)[number][0];
