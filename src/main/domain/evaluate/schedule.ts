/**
 * State of the learning-rate schedule and early stopping. The rate depends on the validation loss; the best epoch and early
 * stopping depend on the validation AUC (ties: lower loss).
 */
export interface ScheduleState {
  patience: number; // epochs without a new best before stopping; 0 = never
  plateau: number; // epochs without a lower loss before the rate is halved; 0 = never
  lr: number; // for the next epoch
  epoch: number; // epochs seen
  best: { epoch: number; aucValid: number; lossValid: number } | null;
  lowestLoss: number | null;
  sinceLowestLoss: number; // epochs; reset after each halving
}

export interface ScheduleStep {
  state: ScheduleState; // plain JSON data, so that a resumed run continues like an uninterrupted one
  isBest: boolean; // store this epoch's weights
  stop: boolean;
  lr: number; // for the next epoch
}

export const startSchedule = (rules: { lr: number; patience: number; plateau: number }): ScheduleState => ({
  patience: rules.patience,
  plateau: rules.plateau,
  lr: rules.lr,
  epoch: 0,
  best: null,
  lowestLoss: null,
  sinceLowestLoss: 0,
});

/** The state after an epoch, and what follows from it. A NaN loss or AUC (divergence) is never better. */
export function advanceSchedule(state: ScheduleState, { aucValid, lossValid }: { aucValid: number; lossValid: number }): ScheduleStep {
  const epoch = state.epoch + 1;
  const isBest = isBetter(aucValid, lossValid, state.best);
  const best = isBest ? { epoch, aucValid, lossValid } : state.best;
  const isLower = Number.isFinite(lossValid) && (state.lowestLoss === null || lossValid < state.lowestLoss);
  const epochsSinceLowestLoss = isLower ? 0 : state.sinceLowestLoss + 1;
  const halve = state.plateau > 0 && epochsSinceLowestLoss >= state.plateau;
  const lr = halve ? state.lr / 2 : state.lr;
  return {
    state: { ...state, lr, epoch, best, lowestLoss: isLower ? lossValid : state.lowestLoss, sinceLowestLoss: halve ? 0 : epochsSinceLowestLoss },
    isBest,
    stop: state.patience > 0 && epoch - (best?.epoch ?? 0) >= state.patience,
    lr,
  };
}

function isBetter(aucValid: number, lossValid: number, best: ScheduleState['best']): boolean {
  if (!Number.isFinite(aucValid) || !Number.isFinite(lossValid)) return false;
  if (best === null) return true;
  return aucValid > best.aucValid || (aucValid === best.aucValid && lossValid < best.lossValid);
}
