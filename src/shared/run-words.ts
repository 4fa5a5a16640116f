import { BACKBONE_INFO, type BackboneName } from './backbones.ts';
import type { DeviceName, EngineName, RunSession, RunStatus } from './run.ts';
import { TRAINING_OPTIONS } from './training-options/table.ts';

export const STATUS_WORDS = {
  running: 'training',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
} as const satisfies Record<RunStatus, string>;

/** Where something computes, within a sentence: "the NVIDIA GPU (CUDA) with TensorFlow". */
export function deviceWords({ engine, device }: { engine: EngineName; device: DeviceName }): string {
  const words = `the ${TRAINING_OPTIONS.device.values[device].label}`;
  return engine === 'tensorflow' ? `${words} with TensorFlow` : words;
}

/** What a reader should know of where and how a run computed: steps in parts, and what changed from one session to the next. */
export function sessionWarnings(sessions: readonly RunSession[]): string[] {
  const all = sessions.flatMap((session, i) => {
    const before = sessions[i - 1];
    const from = `From epoch ${session.firstEpoch} on`;
    const found: string[] = [];
    if (before && deviceWords(before) !== deviceWords(session)) {
      found.push(
        `${from} it was trained on ${deviceWords(session)}, until then on ${deviceWords(before)}. They round differently, so its numbers are close to those of an unbroken run and not the same.`,
      );
    }
    if (before && before.batch !== session.batch) {
      found.push(`${from} a step had ${session.batch} pairs, until then ${before.batch}: its steps are not those of an unbroken run.`);
    }
    if (session.partPairs !== null) found.push(partsSentence(session, session.partPairs));
    return found;
  });
  return [...new Set(all)];
}

/** That steps are computed in parts. */
export const partsSentence = (session: Pick<RunSession, 'engine' | 'device' | 'batch'>, partPairs: number): string =>
  `Memory did not suffice for ${session.batch} pairs at once on ${deviceWords(session)}: steps were computed in parts of at most ${partPairs === 1 ? 'one pair' : `${partPairs} pairs`}, one after the other. Their numbers are those of whole steps; they take longer.`;

/** Of a run whose stored network this program builds otherwise. */
export const OUTDATED =
  'It was trained with another version of its network than this Twinlens has, so it can judge no new pairs and not be trained further. Its curves, comparisons and reports stay as they are; train again with the same settings for a new one.';

export const backboneName = (backbone: BackboneName): string => BACKBONE_INFO[backbone].label;
