import { BACKBONE_INFO, type BackboneName } from './backbones.ts';
import type { DeviceName, EngineName, RunConfig, RunRecord, RunSession, RunStatus } from './run.ts';
import { TRAINING_OPTIONS } from './training-options/table.ts';

export const STATUS_WORDS = {
  running: 'training',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
} as const satisfies Record<RunStatus, string>;

/** The status of a run in a table. */
export const statusWord = (run: Pick<RunRecord, 'status' | 'sessions' | 'epochs'>): string =>
  stoppedAfter(run) === null ? STATUS_WORDS[run.status] : 'stopped by hand';

/** Engine and device within a sentence: "the NVIDIA GPU (CUDA) with TensorFlow". */
export function deviceWords({ engine, device }: { engine: EngineName; device: DeviceName }): string {
  const words = `the ${TRAINING_OPTIONS.device.values[device].label}`;
  return engine === 'tensorflow' ? `${words} with TensorFlow` : words;
}

/** Warnings about how a run was computed: split steps, and changes between sessions. */
export function sessionWarnings(sessions: readonly RunSession[]): string[] {
  const all = sessions.flatMap((session, i) => {
    const before = sessions[i - 1];
    const from = `From epoch ${session.firstEpoch}`;
    const warnings: string[] = [];
    if (before && deviceWords(before) !== deviceWords(session)) {
      warnings.push(
        `${from} it was trained on ${deviceWords(session)}, before that on ${deviceWords(before)}. They round differently, so results are close to those of an uninterrupted run, but not identical.`,
      );
    }
    if (before && before.batch !== session.batch) {
      warnings.push(`${from} a step had ${session.batch} pairs, before that ${before.batch}, so steps differ from those of an uninterrupted run.`);
    }
    if (session.partPairs !== null) warnings.push(partsSentence(session, session.partPairs));
    return warnings;
  });
  return [...new Set(all)];
}

/** The epoch after which a person stopped the training of a finished run; null if nobody did. */
export const stoppedAfter = ({ status, sessions, epochs }: Pick<RunRecord, 'status' | 'sessions' | 'epochs'>): number | null =>
  status === 'done' && sessions.at(-1)?.stopped === true ? epochs.length : null;

/** How a finished training ended before its last epoch, as a sentence; null if it did not. */
export function earlyEndSentence(run: Pick<RunRecord, 'status' | 'sessions' | 'epochs' | 'config' | 'bestEpoch'>): string | null {
  const { epochs, config, bestEpoch } = run;
  if (run.status !== 'done' || epochs.length >= config.epochs) return null;
  const stopped = stoppedAfter(run);
  if (stopped !== null) return `Stopped by hand after epoch ${stopped} of ${config.epochs}.`;
  const rest = epochs.length - (bestEpoch ?? 0);
  if (rest <= 0) return `Stopped by itself after epoch ${epochs.length} of ${config.epochs}.`;
  const none = `${rest === 1 ? 'the next epoch' : `${rest} more epochs`} brought no better validation AUC`;
  const start = config.headStart === 'probe' && bestEpoch === 1 ? ' Training added nothing to the linear probe that it started from.' : '';
  return `Stopped by itself after epoch ${epochs.length} of ${config.epochs}, because ${none}.${start}`;
}

/** Explains that steps were split for lack of memory. */
export const partsSentence = (session: Pick<RunSession, 'engine' | 'device' | 'batch'>, partPairs: number): string =>
  `Out of memory for ${session.batch} pairs at once on ${deviceWords(session)}: each step was split into parts of at most ${partPairs === 1 ? '1 pair' : `${partPairs} pairs`}. The results are those of whole steps; steps take longer.`;

/** For a run whose network this version of Twinlens builds differently. */
export const OUTDATED =
  'It was trained with another version of its network, so it can’t compare new pairs or be resumed. Its curves, comparisons and reports remain; train again with the same settings.';

/** For figures without Metrics.pairSet. */
export const OLDER_PAIRS =
  'These figures are of the pairs of an older version of Twinlens. Evaluate the run again to compare it with runs of this version.';

export const backboneName = (backbone: BackboneName): string => BACKBONE_INFO[backbone].label;

/** The name of a run's network: of its backbone, or of its imported encoder, and of what stands beside it. */
export function networkName({ backbone, beside, encoder }: Pick<RunConfig, 'backbone' | 'beside' | 'encoder'>): string {
  const name = encoder?.title ?? backboneName(backbone);
  return beside === null ? name : `${name}, patches beside it`;
}

/** The number of a run, by its id: "r3" is run 3. */
export const runNumber = (id: string): string => id.replace(/^r(?=\d)/, '');

/** The user's name for a run, else its number ("r3" is "Run 3"). */
export const runName = ({ run, name }: { run: string; name?: string | undefined }): string => name || `Run ${runNumber(run)}`;

/** A run of which only the id is known. */
export const removedRunName = (id: string): string => `${runName({ run: id })} (removed)`;
