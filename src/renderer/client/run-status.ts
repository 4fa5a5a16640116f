import type { RunRow } from '../../shared/run.ts';
import { aucText, durationText } from '../../shared/format.ts';
import { hasEpochs } from '../../shared/losses.ts';
import { earlyEndSentence, stoppedAfter } from '../../shared/run-words.ts';
import { listedAucText, validationAuc } from '../../shared/listed-auc.ts';

/** Status of a run in one or two sentences. */
export function statusSentence(run: RunRow): string {
  if (!hasEpochs(run.config)) return probeStatus(run);
  const auc = validationAuc(run);
  const best = auc === null ? '' : ` Best so far: epoch ${run.bestEpoch}, validation AUC ${listedAucText(auc)}.`;
  const done = run.epochs.length;
  switch (run.status) {
    case 'running':
      return done === 0 ? 'Preparing: the first epoch is not finished yet.' : `Epoch ${done + 1} of ${run.config.epochs} in progress.${best}`;
    case 'done':
      return `${[doneSentence(run), earlyEndSentence(run)].filter((one) => one !== null).join(' ')} Best: epoch ${run.bestEpoch}, validation AUC ${auc === null ? '–' : listedAucText(auc)}.`;
    case 'cancelled':
      return done === 0
        ? 'Cancelled before the first epoch finished.'
        : `Cancelled after epoch ${done} of ${run.config.epochs}; its results are saved.${best}`;
    case 'interrupted':
      return done === 0
        ? `Interrupted before the first epoch finished.${resumeStatus(run).can ? ' Resume starts it again with the same settings.' : ''}`
        : `Interrupted after epoch ${done} of ${run.config.epochs}.${resumeStatus(run).can ? ' Nothing is lost: it resumes there with the same results.' : ''}${best}`;
    case 'failed':
      return `Failed: ${run.error ?? 'unknown reason'}`;
  }
}

function probeStatus(run: RunRow): string {
  const auc = validationAuc(run);
  switch (run.status) {
    case 'running':
      return 'Reading images and fitting the linear probe.';
    case 'done':
      return `Done: linear probe in ${durationText(run.seconds)}, validation AUC ${auc === null ? '–' : listedAucText(auc)}.`;
    case 'cancelled':
    case 'interrupted':
      return `${run.status === 'cancelled' ? 'Cancelled' : 'Interrupted'} before the linear probe was finished.${resumeStatus(run).can ? ' Resume starts it again with the same settings.' : ''}`;
    case 'failed':
      return `Failed: ${run.error ?? 'unknown reason'}`;
  }
}

function doneSentence({ epochs, config, seconds }: RunRow): string {
  return `Done: ${epochs.length} of ${config.epochs} epochs in ${durationText(seconds)}.`;
}

/** Whether training can resume after the last complete epoch (without one: start again), or why not. */
export function resumeStatus(run: RunRow): { can: true } | { can: false; why: string } {
  if (run.status === 'running') return { can: false, why: 'It is being trained.' };
  if (run.outdated) return { can: false, why: 'It was trained with another version of its network.' };
  if (run.stale) return { can: false, why: 'The data set has changed since the run started.' };
  if (run.status === 'done' && !hasEpochs(run.config)) return { can: false, why: 'A linear probe has no epochs to continue.' };
  if (run.status === 'done' && run.epochs.length >= run.config.epochs) return { can: false, why: 'All its epochs are done.' };
  if (stoppedAfter(run) !== null) return { can: true };
  // With the same settings it would stop again at once.
  if (run.status === 'done') return { can: false, why: 'It stopped early: further epochs brought no improvement.' };
  return { can: true };
}

/** Warning from the curves: overfitting, or still improving at the end; null without one. */
export function curveWarning(run: RunRow): string | null {
  const best = run.epochs.find((row) => row.epoch === run.bestEpoch);
  if (!best || run.epochs.length < 5) return null;
  const gap = best.aucTrain - best.aucValid;
  if (gap > 0.15) {
    // a head alone has no fewer layers, and its features are computed once, without augmentation
    const advice = run.config.scope === 'head' ? 'Import more images.' : 'Try more images, fewer trained layers or augmentation.';
    return `Overfitting: AUC ${aucText(best.aucTrain)} on training pairs, ${aucText(best.aucValid)} on validation pairs. ${advice}`;
  }
  if (run.bestEpoch === run.epochs.length && run.status === 'done' && best.aucValid < 0.99)
    return 'The last epoch was the best, so the network was still improving. More epochs may help.';
  return null;
}
