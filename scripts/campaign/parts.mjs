import { calls } from './calls.mjs';
import { damage } from './damage.mjs';
import { disk } from './disk.mjs';
import { images } from './images.mjs';
import { kills } from './kills.mjs';
import { names } from './names.mjs';
import { processes } from './processes.mjs';
import { soak } from './soak.mjs';
import { stops } from './stops.mjs';

/** Every part, in the order of a whole run. @type {readonly import('./runner.mjs').Part[]} */
export const PARTS = [kills, images, calls, damage, stops, disk, processes, names, soak];
