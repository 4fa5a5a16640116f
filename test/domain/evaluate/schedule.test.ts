import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startSchedule, advanceSchedule, type ScheduleState, type ScheduleStep } from '../../../src/main/domain/evaluate/schedule.ts';

const row = (aucValid: number, lossValid: number) => ({ aucValid, lossValid });
function run(state: ScheduleState, rows: { aucValid: number; lossValid: number }[]): ScheduleStep[] {
  const steps: ScheduleStep[] = [];
  for (const r of rows) {
    steps.push(advanceSchedule(state, r));
    state = steps.at(-1)!.state;
  }
  return steps;
}

describe('directions (both wrong in the published code)', () => {
  const rising = [0.6, 0.7, 0.8, 0.9, 0.95, 0.97].map((auc, i) => row(auc, 1 - i / 10));
  const falling = [...rising].reverse();

  test('an improving network (AUC up, loss down) is never stopped, its rate never lowered', () => {
    const steps = run(startSchedule({ lr: 0.01, patience: 2, plateau: 2 }), rising);
    expect(steps.map((s) => s.isBest)).toEqual([true, true, true, true, true, true]);
    expect(steps.some((s) => s.stop)).toBe(false);
    expect(steps.at(-1)!.lr).toBe(0.01);
  });

  test('a worsening network keeps its first epoch, its rate is lowered, and it stops', () => {
    const steps = run(startSchedule({ lr: 0.01, patience: 2, plateau: 2 }), falling);
    expect(steps.map((s) => s.isBest)).toEqual([true, false, false, false, false, false]);
    expect(steps.map((s) => s.stop)).toEqual([false, false, true, true, true, true]);
    expect(steps.map((s) => s.lr)).toEqual([0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025]);
  });
});

describe('plateau', () => {
  test('follows the loss alone: a falling loss keeps the rate while the AUC falls', () => {
    const steps = run(startSchedule({ lr: 1, patience: 0, plateau: 1 }), [row(0.9, 1), row(0.8, 0.9), row(0.7, 0.8)]);
    expect(steps.map((s) => s.lr)).toEqual([1, 1, 1]);
  });

  test('an equal loss is not a lower one, and counting restarts after a halving', () => {
    const steps = run(startSchedule({ lr: 1, patience: 0, plateau: 3 }), Array(8).fill(row(0.9, 0.5)));
    expect(steps.map((s) => s.lr)).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  test('0 never halves', () => {
    expect(run(startSchedule({ lr: 1, patience: 0, plateau: 0 }), Array(50).fill(row(0.9, 0.5))).at(-1)!.lr).toBe(1);
  });
});

describe('best epoch and stopping', () => {
  test('equal AUC: the lower validation loss wins', () => {
    const steps = run(startSchedule({ lr: 1, patience: 0, plateau: 0 }), [row(0.9, 0.5), row(0.9, 0.4), row(0.9, 0.45), row(0.91, 2)]);
    expect(steps.map((s) => s.isBest)).toEqual([true, true, false, true]);
    expect(steps.at(-1)!.state.best).toEqual({ epoch: 4, aucValid: 0.91, lossValid: 2 });
  });

  test('stops after `patience` epochs without a better one, and 0 never stops', () => {
    const rows = [row(0.8, 1), row(0.9, 1), row(0.85, 0.1), row(0.85, 0.1), row(0.85, 0.1)];
    expect(run(startSchedule({ lr: 1, patience: 3, plateau: 0 }), rows).map((s) => s.stop)).toEqual([false, false, false, false, true]);
    expect(run(startSchedule({ lr: 1, patience: 0, plateau: 0 }), rows).some((s) => s.stop)).toBe(false);
  });

  test('a diverged epoch is never the best and counts towards patience', () => {
    const steps = run(startSchedule({ lr: 1, patience: 2, plateau: 1 }), [row(NaN, NaN), row(0.6, 1), row(0.9, NaN), row(NaN, 0.1)]);
    expect(steps.map((s) => s.isBest)).toEqual([false, true, false, false]);
    expect(steps.map((s) => s.stop)).toEqual([false, false, false, true]);
  });

  test('the best epoch is the one with the highest AUC so far', () => {
    const course = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(course, (pairs) => {
        const rows = pairs.map(([auc, loss]) => row(auc / 5, loss / 5));
        const last = run(startSchedule({ lr: 1, patience: 0, plateau: 0 }), rows).at(-1)!.state.best!;
        const sorted = rows
          .map((r, i) => ({ ...r, epoch: i + 1 }))
          .sort((a, b) => b.aucValid - a.aucValid || a.lossValid - b.lossValid || a.epoch - b.epoch);
        expect(last).toEqual(sorted[0]);
      }),
    );
  });
});

test('a state restored from JSON continues like an uninterrupted one', () => {
  const course = [row(0.7, 0.9), row(0.8, 0.9), row(0.8, 0.8), row(0.6, 0.85), row(0.6, 0.9), row(0.6, 0.9)];
  const start = startSchedule({ lr: 0.1, patience: 4, plateau: 2 });
  const unbroken = run(start, course);
  const resumed = run(JSON.parse(JSON.stringify(unbroken[2].state)), course.slice(3));
  expect(resumed).toEqual(unbroken.slice(3));
});
