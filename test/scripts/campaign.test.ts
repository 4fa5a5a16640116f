import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { PARTS } from '../../scripts/campaign/parts.mjs';
import { reportOf, runParts } from '../../scripts/campaign/runner.mjs';
import { theilSen } from '../../scripts/campaign/soak.mjs';
import { hasBuild } from '../doors/cli/kit.ts';

/** A small cut of `npm run campaign`: the same parts with few cases. */

const SEED = 20261129;

/**
 * Share of each part’s cases, for two minutes beside the other tests. `names` needs a browser, and a trend needs more rounds than there is
 * time for: these two are left to the whole campaign.
 */
const CUT = { kills: 0.034, images: 0.0125, calls: 0.01, damage: 0.053, stops: 0.1, disk: 0.0625, processes: 0.085 };

test.skipIf(!hasBuild || process.platform === 'win32')('the cut of the campaign loses nothing', { timeout: 600_000 }, async () => {
  const parts = PARTS.filter(({ name }) => name in CUT);
  expect(parts).toHaveLength(Object.keys(CUT).length);
  const results = await runParts(parts, { seed: SEED, scale: CUT });
  expect(
    results.flatMap(({ losses }) => losses),
    reportOf(results, { seed: SEED, scale: CUT }),
  ).toEqual([]);
  for (const { tried, unavailable, part } of results) if (unavailable === null) expect(tried, part).toBeGreaterThan(0);
});

test('a trend is found under outliers, and noise is none', () => {
  expect(theilSen([1, 3, 5, 7, 9])).toBe(2);
  expect(theilSen([1, 3, 500, 7, 9, 11, -300])).toBe(2);
  expect(theilSen([5, 4, 5, 6, 5, 4, 5, 6])).toBe(0);
  expect(theilSen([7])).toBe(0);
});

test('a part that loses is reported with the command that repeats it, and a case does not depend on those before it', async () => {
  const seen: number[][] = [];
  const part = {
    name: 'coins',
    about: 'a part that loses each case whose first number is odd',
    cases: 20,
    prepare: () =>
      Promise.resolve({
        attempt: (number: number, random: { below(n: number): number }, tally: { held(): void; lost(what: string): void }) => {
          const drawn = random.below(1000);
          seen.push([number, drawn]);
          if (drawn % 2) tally.lost(`odd\n  at ${drawn}`);
          else tally.held();
          if (number === 3) throw new Error('a broken case');
          return Promise.resolve();
        },
      }),
  };
  const [whole] = await runParts([part], { seed: 5, scale: 1 });
  expect(whole!.tried).toBe(21); // the broken case counts beside its result
  expect(whole!.held + whole!.losses.length).toBe(21);
  expect(whole!.losses).toContainEqual({ number: 3, what: 'a broken case' });
  expect(new Set(seen.map(([, drawn]) => drawn)).size).toBeGreaterThan(10);
  const seventh = seen.find(([number]) => number === 7);
  await runParts([part], { seed: 5, scale: 1, only: 7 });
  expect(seen.at(-1)).toEqual(seventh);
  const report = reportOf([whole!], { seed: 5, scale: 1 });
  expect(report).toMatch(/^coins +21 +\d+ +\d+ +\d+$/m);
  expect(report).toContain('LOST coins: a broken case\n     npm run campaign -- coins --seed 5 --scale 1 --case 3');
});

test('a case that does not end is a loss', async () => {
  const part = {
    name: 'hang',
    about: '',
    cases: 1,
    prepare: () => Promise.resolve({ limitMs: 50, attempt: () => new Promise<void>(() => undefined) }),
  };
  const losses: unknown[] = [];
  const [result] = await runParts([part], { seed: 1, scale: 1, onLoss: (...loss) => losses.push(loss) });
  expect(result!.losses).toEqual([{ number: 0, what: 'not ended after 0.05 s' }]);
  expect(losses).toEqual([['hang', 0, 'not ended after 0.05 s']]);
});

test('a part that can’t start is a loss, and the next part runs', async () => {
  const broken = { name: 'broken', about: '', cases: 3, prepare: () => Promise.reject(new Error('no template')) };
  const whole = {
    name: 'whole',
    about: '',
    cases: 1,
    prepare: () => Promise.resolve({ attempt: (_: number, __: unknown, tally: { held(): void }) => Promise.resolve(tally.held()) }),
  };
  const [first, second] = await runParts([broken, whole], { seed: 1, scale: 1 });
  expect(first!.losses).toEqual([{ number: 0, what: "The part can't start: no template" }]);
  expect(second!.held).toBe(1);
});

test('the scale of a part that scales within changes the length of its cases, not their number', async () => {
  const scales: number[] = [];
  const part = {
    name: 'long',
    about: '',
    cases: 1,
    scalesWithin: true,
    prepare: ({ scale }: { scale: number }) =>
      Promise.resolve({
        attempt: (_: number, __: unknown, tally: { held(): void }) => {
          scales.push(scale);
          tally.held();
          return Promise.resolve();
        },
      }),
  };
  const [result] = await runParts([part], { seed: 1, scale: 10 });
  expect(result!.tried).toBe(1);
  expect(scales).toEqual([10]);
});

test('unknown parts and wrong numbers are refused with what is allowed', () => {
  const campaign = (...args: string[]) =>
    spawnSync(process.execPath, ['--experimental-strip-types', '--no-warnings', 'scripts/campaign.mjs', ...args], { encoding: 'utf8' });
  expect(campaign('nothing')).toMatchObject({ status: 2, stderr: expect.stringContaining('Parts: kills, images') as string });
  expect(campaign('--scale', '0')).toMatchObject({ status: 2, stderr: '--scale can\'t be "0".\n' });
  expect(campaign('--case', '1')).toMatchObject({ status: 2, stderr: '--case needs the name of one part.\n' });
});
