import type { RunRow } from '../../shared/explore.ts';
import { aucText, durationText, percentText } from '../../shared/format.ts';
import { bestAuc } from './best-run.ts';

/** Where a run stands, in one or two plain sentences. */
export function statusSentence(run: RunRow): string {
  const auc = bestAuc(run);
  const best = auc === null ? '' : ` Best so far: epoch ${run.bestEpoch}, validation AUC ${aucText(auc)}.`;
  const done = run.epochs.length;
  switch (run.status) {
    case 'running':
      return done === 0 ? 'Getting ready: the first epoch has not ended yet.' : `Epoch ${done + 1} of ${run.config.epochs} is under way.${best}`;
    case 'done':
      return `${stopped(run)} Best: epoch ${run.bestEpoch}, validation AUC ${aucText(auc ?? NaN)}.`;
    case 'cancelled':
      return done === 0
        ? 'Cancelled before the first epoch ended.'
        : `Cancelled after epoch ${done} of ${run.config.epochs}; all of it is kept.${best}`;
    case 'interrupted':
      return done === 0
        ? 'Interrupted before the first epoch ended: start it anew with the same settings.'
        : `Interrupted after epoch ${done} of ${run.config.epochs}.${resumable(run).can ? ' Nothing is lost: it resumes from there to the same numbers.' : ''}${best}`;
    case 'failed':
      return `Failed: ${run.error ?? 'no reason was kept'}`;
  }
}

function stopped({ epochs, config, seconds }: RunRow): string {
  const early = epochs.length < config.epochs ? ', stopped early because nothing got better' : '';
  return `Done: ${epochs.length} of ${config.epochs} epochs in ${durationText(seconds)}${early}.`;
}

/** Whether training can go on from the last whole epoch, or why not. */
export function resumable(run: RunRow): { can: true } | { can: false; why: string } {
  if (run.status === 'running') return { can: false, why: 'It is being trained.' };
  if (run.epochs.length === 0) return { can: false, why: 'It did not finish an epoch, so there is nothing to go on from.' };
  if (run.outdated) return { can: false, why: 'It was trained with another version of its network.' };
  if (run.stale) return { can: false, why: 'The data set was changed since it began.' };
  if (run.status === 'done' && run.epochs.length >= run.config.epochs) return { can: false, why: 'It is done with all its epochs.' };
  return { can: true };
}

/** What the validation AUC of training and validation say together; null where there is nothing to warn of. */
export function curveWarning(run: RunRow): string | null {
  const best = run.epochs.find((row) => row.epoch === run.bestEpoch);
  if (!best || run.epochs.length < 5) return null;
  const gap = best.aucTrain - best.aucValid;
  if (gap > 0.15)
    return `Pairs it trained on are told apart much better than others (AUC ${aucText(best.aucTrain)} against ${aucText(best.aucValid)}): it may be learning images by heart. More images, fewer trained layers or augmentation help.`;
  if (run.bestEpoch === run.epochs.length && run.status === 'done' && best.aucValid < 0.99)
    return 'The last epoch was the best, so it was still getting better: more epochs may pay.';
  return null;
}

export const shareText = (count: number, of: number): string => (of === 0 ? '–' : percentText(count / of));
