import { writeSample } from '../src/main/compute/sample/sample.ts';
import { filledOnce } from './shared-folder.ts';

/** As the program draws it. */
export const SAMPLE_SEED = 1;

/** The folder of the whole sample data set (images/, truth.json). Drawing it takes 8 s of CPU time. Copy it; don't change it. */
export const sampleTiles = (): Promise<string> => filledOnce('tiles', (folder) => writeSample(folder, { seed: SAMPLE_SEED }));
