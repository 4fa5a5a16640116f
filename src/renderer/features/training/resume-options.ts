import type { CheckResult } from '../../../shared/engine-check.ts';
import type { DeviceName, EngineName, RunConfig } from '../../../shared/run.ts';
import type { ResumeChanges } from '../../client/resume-run.ts';
import { deviceName } from '../../client/device-words.ts';

interface EngineDevice {
  engine: EngineName;
  device: DeviceName;
}
export interface DeviceOption extends EngineDevice {
  value: string;
  text: string;
}

export const keyOf = ({ engine, device }: EngineDevice): string => `${engine} ${device}`;

/** The current device, the CPU, and every device that passed a timed test on this computer. */
export function resumeDevices(config: RunConfig, checks: readonly CheckResult[]): DeviceOption[] {
  const passed = checks.filter(({ ok, imagesPerSecond }) => ok && imagesPerSecond !== null);
  const options = new Map<string, EngineDevice>(
    [config, { engine: 'onnx', device: 'cpu' } as const, ...passed].map((option) => [keyOf(option), option]),
  );
  return [...options].map(([value, { engine, device }]) => {
    const name = engine === 'tensorflow' ? `${deviceName(device)}, TensorFlow` : deviceName(device);
    return { value, engine, device, text: value === keyOf(config) ? `${name} (current)` : name };
  });
}

/** The settings that differ from the run's. */
export function resumeChanges(config: RunConfig, { engine, device }: EngineDevice, batch: number): ResumeChanges {
  return { ...(keyOf({ engine, device }) === keyOf(config) ? {} : { engine, device }), ...(batch === config.batch ? {} : { batch }) };
}

/** Consequences of these changes. */
export function resumeNotes({ batchNorm }: RunConfig, { device, batch }: ResumeChanges): string[] {
  const notes: string[] = [];
  if (device !== undefined) notes.push('Devices round differently, so results will be close to those of an uninterrupted run, but not identical.');
  if (batch !== undefined) {
    notes.push(
      batchNorm === 'batch'
        ? 'Steps and batch statistics will differ from those of an uninterrupted run.'
        : 'Steps will differ from those of an uninterrupted run.',
    );
  }
  return notes.length ? [...notes, 'The run records the change and its epoch.'] : [];
}
