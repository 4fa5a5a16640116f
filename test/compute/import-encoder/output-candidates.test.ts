import { expect, test } from 'vitest';
import { formOf, outputCandidates, proposedOutput } from '../../../src/main/compute/import-encoder/output-candidates.ts';

const SHAPE = { batch: 2, size: 224, layout: 'NCHW', patch: null } as const;

test.each([
  ['a vector', [2, 384], { kind: 'pooled', channels: 384, height: 1, width: 1 }],
  ['a map of one cell', [2, 512, 1, 1], { kind: 'pooled', channels: 512 }],
  ['a map', [2, 512, 7, 7], { kind: 'map', layout: 'NCHW', channels: 512, height: 7, width: 7 }],
  ['a map, channels last', [2, 7, 7, 768], { kind: 'map', layout: 'NHWC', channels: 768, height: 7, width: 7 }],
  ['a map that is no square', [2, 200, 3, 56], { kind: 'map', layout: 'NCHW', channels: 200, height: 3, width: 56 }],
  ['tokens after a class token', [2, 197, 768], { kind: 'tokens', prefixTokens: 1, channels: 768, height: 14, width: 14 }],
  ['tokens after a class token and four registers', [2, 261, 384], { kind: 'tokens', prefixTokens: 5, height: 16 }],
  ['tokens alone', [2, 49, 768], { kind: 'tokens', prefixTokens: 0, height: 7 }],
  ['words', [2, 6, 6625], null],
  ['another batch', [16, 49, 96], null],
  ['five axes', [2, 3, 4, 5, 6], null],
])('%s', (_, shape, form) => {
  const found = formOf(shape, SHAPE);
  if (form === null) expect(found).toBeNull();
  else expect(found).toMatchObject(form);
});

test('a known patch size says how many tokens precede the patches', () => {
  expect(formOf([2, 266, 8], { ...SHAPE, patch: 14 })).toMatchObject({ prefixTokens: 10, height: 16 });
  expect(formOf([2, 4, 4, 4], { ...SHAPE, layout: 'NHWC' })).toMatchObject({ layout: 'NHWC' });
});

const value = (name: string, ...shape: number[]): { name: string; type: string; shape: number[] } => ({ name, type: 'float32', shape });
const proposal = (outputs: string[], ...values: ReturnType<typeof value>[]): string | undefined =>
  proposedOutput(outputCandidates({ outputs: outputs.map((name) => ({ name, type: 'float32', shape: null })) }, values, SHAPE))?.name;

test('what can be explained exactly is proposed first', () => {
  const stem = value('stem', 2, 64, 56, 56);
  const last = value('last', 2, 512, 7, 7);
  const attention = value('attention', 2, 12, 257, 257);
  const tokens = value('norm', 2, 257, 384);
  expect(proposal(['pooler_output', 'last_hidden_state'], value('pooler_output', 2, 384), value('last_hidden_state', 2, 257, 384))).toBe(
    'last_hidden_state',
  );
  expect(proposal(['logits'], stem, value('sum', 2, 512, 7, 7), last, value('logits', 2, 1000))).toBe('last');
  expect(proposal(['features'], attention, tokens, value('features', 2, 384))).toBe('norm');
  expect(proposal(['heat'], last, value('heat', 2, 1, 224, 224))).toBe('last');
  expect(proposal(['logits', 'image_embeds'], value('logits', 2, 10), value('image_embeds', 2, 512))).toBe('image_embeds');
  expect(proposal(['loss'], value('loss', 1))).toBeUndefined();
});

test('attention inside a transformer is no map of the image', () => {
  const names = outputCandidates(
    { outputs: [{ name: 'embedding', type: 'float32', shape: null }] },
    [
      value('patches', 2, 192, 8, 8),
      value('heads', 2, 65, 3, 64),
      value('queries', 2, 3, 65, 64),
      value('keys', 2, 3, 64, 65),
      value('weights', 2, 3, 65, 65),
      value('norm', 2, 65, 192),
      value('embedding', 2, 192),
    ],
    { ...SHAPE, size: 128 },
  ).map(({ name }) => name);
  expect(names).toEqual(['embedding', 'norm', 'patches']);
});

test('declared outputs are listed first, then values inside, the last first', () => {
  const names = outputCandidates(
    { outputs: [{ name: 'logits', type: 'float32', shape: null }] },
    [value('a', 2, 8, 7, 7), value('b', 2, 8, 7, 7), value('logits', 2, 5)],
    SHAPE,
  );
  expect(names.map(({ name, declared }) => [name, declared])).toEqual([
    ['logits', true],
    ['b', false],
    ['a', false],
  ]);
});
