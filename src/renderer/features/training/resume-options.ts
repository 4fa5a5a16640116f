import type { CheckResult } from '../../../shared/engine-check.ts';
import type { DeviceName, EngineName, RunConfig } from '../../../shared/run.ts';
import type { ResumeChanges } from '../../client/resume-run.ts';
import { deviceName } from '../../client/device-words.ts';

/** Where a run can go on, and what may be changed of how. */

interface Place {
  engine: EngineName;
  device: DeviceName;
}
export interface PlaceOption extends Place {
  value: string;
  text: string;
}

export const keyOf = ({ engine, device }: Place): string => `${engine} ${device}`;

/** Where it computed until now, the processor, and every device that passed a timed trial here. */
export function resumePlaces(config: RunConfig, checks: readonly CheckResult[]): PlaceOption[] {
  const passed = checks.filter(({ ok, imagesPerSecond }) => ok && imagesPerSecond !== null);
  const places = new Map<string, Place>([config, { engine: 'onnx', device: 'cpu' } as const, ...passed].map((place) => [keyOf(place), place]));
  return [...places].map(([value, { engine, device }]) => {
    const name = engine === 'tensorflow' ? `${deviceName(device)}, TensorFlow` : deviceName(device);
    return { value, engine, device, text: value === keyOf(config) ? `${name} – unchanged` : name };
  });
}

/** Only what differs from the run's own settings. */
export function resumeChanges(config: RunConfig, { engine, device }: Place, batch: number): ResumeChanges {
  return { ...(keyOf({ engine, device }) === keyOf(config) ? {} : { engine, device }), ...(batch === config.batch ? {} : { batch }) };
}

/** What a person should know of these changes before she makes them. */
export function resumeNotes({ batchNorm }: RunConfig, { device, batch }: ResumeChanges): string[] {
  const notes: string[] = [];
  if (device !== undefined) notes.push('Devices round differently: its numbers will be close to those of an unbroken run, and not the same.');
  if (batch !== undefined) {
    notes.push(
      batchNorm === 'batch'
        ? 'Its steps will not be those of an unbroken run, and its batch statistics will rest on another number of images.'
        : 'Its steps will not be those of an unbroken run.',
    );
  }
  return notes.length ? [...notes, 'The run keeps in its record what was changed, and from which epoch on.'] : [];
}
