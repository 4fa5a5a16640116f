import { expect, test } from 'vitest';
import { canResume, experimentStatusSentence } from '../../../../src/renderer/features/training/experiment-status.ts';
import type { ExperimentStatus } from '../../../../src/shared/experiment.ts';
import { someExperiment } from '../../../db/records.ts';

const [done] = someExperiment.states;
const states = [done!, { ...done!, status: 'failed' as const }];

test.each([
  ['running', 'In progress: 1 of 2 seeds trained.', false], // also while it waits for another training
  ['done', 'Done: 1 of 2 seeds trained.', false],
  ['failed', 'Failed in part: 1 of 2 seeds trained.', true],
  ['cancelled', 'Cancelled: 1 of 2 seeds trained. Finished seeds are kept.', true],
  ['interrupted', 'Interrupted: 1 of 2 seeds trained. Finished seeds are kept.', true],
] as [ExperimentStatus, string, boolean][])('an experiment that is %s', (status, sentence, resumable) => {
  expect(experimentStatusSentence({ ...someExperiment, states, status })).toBe(sentence);
  expect(canResume({ status, stale: false })).toBe(resumable);
  expect(canResume({ status, stale: true })).toBe(false);
});
