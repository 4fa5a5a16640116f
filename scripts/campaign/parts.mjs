import { calls } from './calls.mjs';
import { images } from './images.mjs';
import { kills } from './kills.mjs';

/** Every part, in the order of a whole run. @type {readonly import('./runner.mjs').Part[]} */
export const PARTS = [kills, images, calls];
