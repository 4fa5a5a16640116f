import { badgeOf, zOfImages } from '../../src/shared/faithfulness.ts';
import { signedToKinds } from '../../src/shared/maps/kinds.ts';
import { upsample } from '../../src/shared/maps/field.ts';
import { centreOf, evenPlacement } from '../../src/shared/maps/placement.ts';

/** @typedef {import('../../src/shared/comparison.ts').ExplainedComparison & { row: { check: import('../../src/shared/faithfulness.ts').FaithfulnessCheck } }} Checked */
/** @typedef {{ x: number, y: number, w: number, h: number }} Box px */

/** @param {number[]} values */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean signed score of both maps of each pair, in units of distance, and its standard error over the pairs. @param {Checked[]} pairs */
export function scoresOf(pairs) {
  const scores = pairs.map(({ row }) => mean(row.check.images.map(({ score }) => score)));
  const average = mean(scores);
  return { mean: average, error: Math.sqrt(mean(scores.map((score) => (score - average) ** 2)) / (scores.length - 1)) };
}

/** The share of pairs with each badge, and why. @param {Checked[]} pairs */
export function badgesOf(pairs) {
  const found = pairs.map(({ row }) => badgeOf(row.check));
  const share = (/** @type {string} */ badge) => found.filter((one) => one.badge === badge).length / found.length;
  const reasons = Object.entries(Object.groupBy(found, ({ reason }) => reason)).map(([reason, those]) => `${reason} ${those?.length}`);
  return { supported: share('supported'), weak: share('weak'), notSupported: share('not-supported'), reasons };
}

/**
 * Rolled maps checked in place of the map, each of a pair in turn: the share that is supported. The other rolls are rolls of it, too. The
 * cross-check is assumed to agree and the network to pass, so this counts too many. @param {Checked[]} pairs
 */
export function supportedRollsOf(pairs) {
  let [supported, all] = [0, 0];
  for (const { row } of pairs) {
    const { gate, images } = row.check;
    for (let k = 0; k < images[0].rolled.length; k++) {
      const rollAsMap = (/** @type {typeof images[0]} */ { pixels, rolled }) => ({
        pixels,
        score: rolled[k] ?? 0,
        rolled: rolled.filter((_, other) => other !== k),
        donor: 1,
      });
      const rolledPair = /** @type {const} */ ([rollAsMap(images[0]), rollAsMap(images[1])]);
      all++;
      if (badgeOf({ gate: { ...gate, low: 1 }, z: zOfImages(rolledPair), images: rolledPair }).badge === 'supported') supported++;
    }
  }
  return supported / all;
}

/**
 * The factual maps of images whose motif's box is known: the mean share of a map's values inside the box, and the share of maps whose
 * strongest cell has its centre in the box. Empty maps are left out. @param {Checked[]} pairs @param {(file: string) => Box} boxOf
 * @param {number} side px, of the images that the boxes belong to
 */
export function truthOf(pairs, boxOf, side) {
  /** @type {number[]} */
  const energy = [];
  let [hits, areas] = [0, 0];
  for (const { row, maps } of pairs) {
    for (const i of /** @type {const} */ ([0, 1])) {
      const image = row.images[i];
      const { width: w, height: h } = maps;
      const { factual } = signedToKinds(Float32Array.from(maps.signed[i]), row.verdict, row.target);
      if (!factual.some((value) => value > 0)) continue;
      const { placement = evenPlacement(w, h) } = image;
      const box = boxOf(image.file);
      const isInside = (/** @type {number} */ x, /** @type {number} */ y) => x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
      const fine = upsample(factual, w, h, side, side, placement);
      let [inside, total] = [0, 0];
      fine.forEach((value, at) => {
        total += value;
        if (isInside((at % side) + 0.5, Math.floor(at / side) + 0.5)) inside += value;
      });
      energy.push(inside / total);
      areas += (box.w * box.h) / side ** 2;
      const strongest = factual.indexOf(Math.max(...factual));
      const [u, v] = [centreOf(placement.across, strongest % w), centreOf(placement.down, Math.floor(strongest / w))];
      if (isInside(u * side, v * side)) hits++;
    }
  }
  return { energy: mean(energy), pointing: hits / energy.length, chance: areas / energy.length, maps: energy.length };
}
