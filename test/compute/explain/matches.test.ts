import { expect, test } from 'vitest';
import { findMatches } from '../../../src/main/compute/explain/matches.ts';
import type { BackboneName, Pooling } from '../../../src/shared/backbones.ts';
import { noMatchesSentence } from '../../../src/shared/match-words.ts';
import { someConfig } from '../../db/records.ts';

/** Of a network that does not exist: these answers depend on its shapes only. */
const answerFor = (backbone: BackboneName, size: number, pooling: Pooling = 'mean') => {
  const model = { folder: '/nowhere', config: { ...someConfig, backbone, size, pooling }, sha256: null, epochs: 1 };
  const pair = { model, modelSha256: null, files: ['a.png', 'b.png'] as [string, string], sha256: [null, null] as [null, null] };
  return findMatches(pair, { signal: new AbortController().signal, progress: () => undefined });
};

test('a map of one cell has no spots to match, and a very fine one too many pairs of them: both in words', async () => {
  const single = await answerFor('mobilenet_v2_035', 32);
  expect(single).toEqual({ none: 'single-cell', cells: 1 });
  expect(noMatchesSentence(single)).toContain('a single cell, so there are no spots to match');
  const fine = await answerFor('compact', 512);
  expect(fine).toEqual({ none: 'too-fine', cells: 4096 });
  expect(noMatchesSentence(fine)).toContain('4,096 cells, too many');
  const classToken = await answerFor('dinov2_vits14', 28, 'cls');
  expect(classToken).toEqual({ none: 'class-token', cells: 4 });
  expect(noMatchesSentence(classToken)).toContain('reads the class token');
  expect(noMatchesSentence({ none: 'no-features', cells: 16 })).toContain('no features');
});
