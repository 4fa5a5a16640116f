/** Terms, explained in one sentence each, for the report and the screen. */
export const TERMS = [
  ['Accuracy', 'Share of pairs with a correct verdict.'],
  ['AUC', 'Area under the ROC curve: the chance that a different pair has a larger distance than a same pair. 0.5 is guessing, 1 is perfect.'],
  ['Augmentation', 'Small random changes to training images, which make it harder for the network to memorise them.'],
  ['Backbone', 'The main part of the network, which extracts features from an image.'],
  [
    'Baseline',
    'The network before its training, on the same pairs: the cosine of its pooled features is the similarity. Training must beat it to be worth it.',
  ],
  ['Batch norm', 'A layer that normalises values with fixed (frozen) statistics or those of each batch.'],
  ['Calibration', 'Fits the curve that turns a distance into a similarity in percent, to validation pairs.'],
  [
    'Cell',
    'One value of a map, for one rectangle of the image. A map has as many cells as the layer has positions, so it can’t show anything finer.',
  ],
  ['Confusion matrix', 'Correct and wrong verdicts, counted by true label and prediction.'],
  ['Counterfactual map', 'Marks evidence against the verdict (or for a smaller distance).'],
  [
    'Distance',
    'The Euclidean distance of the embeddings of two images; 0 means identical embeddings. It has no unit: compare it with the threshold.',
  ],
  ['Embedding', 'The short list of numbers (a vector) that the network computes for an image.'],
  ['Epoch', 'One pass over the training images, in newly sampled pairs.'],
  ['Equal error rate', 'The error rate at the threshold where both kinds of error are equally frequent. Lower is better.'],
  ['Factual map', 'Marks evidence for the verdict (or for a larger distance).'],
  [
    'Flip test',
    'Blurs more and more of an image, where its map has most evidence for the verdict, until the verdict changes. Then leaves less and less of it sharp, until the verdict no longer holds. Turned and shifted copies of the map show how much of that is chance.',
  ],
  [
    'Grad-CAM',
    'Gradient-weighted class activation mapping: weights a layer’s features with the gradient of the distance at this pair, averaged over positions.',
  ],
  [
    'Interval, 95 %',
    'A range that contains the true value in about 95 of 100 such studies. It counts images (or groups, where the data set has them), not pairs: pairs that share an image are not independent.',
  ],
  ['Layer', 'A stage of the network; the maps use the features of one layer.'],
  ['Learning rate', 'The step size of training.'],
  [
    'Likelihood ratio',
    'How many times as probable a distance is if the images are the same as if they are different, among pairs like those of the data set. It does not say how probable “same” is: that also depends on how many pairs are same.',
  ],
  ['Loss', 'The number training minimises: how far the distances are from what the labels require.'],
  [
    'Margin',
    'How far apart the loss wants different images: for the contrastive loss a distance, for the triplet loss a difference of distances, for ArcFace an angle.',
  ],
  ['Pair', 'Two images with a label, same or different. A training chooses what same means: same class or same group.'],
  [
    'Path',
    'The default method of the maps: integrates the gradient of the distance while an image’s features grow from 0 to their value. The cells add up to what the image contributes to the distance.',
  ],
  ['Raw cosine', 'The cosine of two images’ pooled features, the input of the network’s head. The nearest examples of a comparison use it.'],
  [
    'Recall@k',
    'Share of test images with an image of the same class among their nearest k. Recall@1 is also the precision at 1. R-precision and MAP@R look at the nearest R, where R is the number of images of the class.',
  ],
  [
    'Redrawn network',
    'The network with new random weights in some or all layers. What its maps show too does not depend on what those layers learnt.',
  ],
  ['ROC curve', 'Different pairs found against false alarms, over all thresholds.'],
  ['Seed', 'The number that determines all random choices; the same seed and data repeat them.'],
  ['SHA-256', 'A fingerprint of a file: different contents have different fingerprints.'],
  [
    'Similarity',
    'An estimate of the share of pairs at this distance that are same, fitted to validation pairs. The default threshold is where it is 50 %.',
  ],
  ['Snapshot', 'A fingerprint of the data set: its files, classes and splits.'],
  ['Split', 'Training images teach the network, validation images select its epoch and threshold, test images only evaluate it.'],
  ['Threshold', 'The distance above which the verdict is “different”.'],
  [
    'z of a map',
    'How much more blurring what a map marks moves the distance than blurring what turned and shifted copies of it mark, in standard deviations of the copies. From 1.65 the maps are supported, from 1 weakly.',
  ],
  ['Verdict', '“Same” (one class, or one group) or “different”, as predicted by the network. It can be wrong.'],
] as const satisfies readonly (readonly [name: string, meaning: string])[];

/** Terms used only on the screen. */
export const SCREEN_TERMS = [
  ['Batch', 'The pairs the network sees before it updates its weights once.'],
  ['Class', 'A subfolder of the data set: all its images count as the same kind.'],
  [
    'Contour',
    'A line around the strongest part of a map: dashed for factual values, dotted for counterfactual ones. Overlay files and reports have dashed lines only.',
  ],
  ['Device', 'The hardware that computes: the CPU or a GPU through WebGPU, CUDA or DirectML.'],
  ['Engine', 'The library that runs the network.'],
  ['Group', 'Images of one subject. They stay in one split, so the network is never tested on a subject it was trained on.'],
  ['Optimizer', 'The rule that turns gradients into weight updates.'],
  ['Opacity', 'How strongly the map covers the image.'],
  ['Run', 'One training of a network, with its settings, curves and results.'],
  ['Same', 'What the two images of a same pair have in common: their class, or their group, such as one flat or one patient.'],
  ['Scope', 'How much of the network is trained: the head, the last stage and the head, or all layers.'],
  ['Signed map', 'Both maps in one: factual values above zero, counterfactual values below. By default they are amber and blue.'],
  ['Weights', 'The numbers a network has learned. Training can start from weights learned on millions of photographs.'],
] as const satisfies readonly (readonly [name: string, meaning: string])[];

export type TermName = (typeof TERMS)[number][0] | (typeof SCREEN_TERMS)[number][0];
