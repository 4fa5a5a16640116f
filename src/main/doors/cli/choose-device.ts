import { dirname, join } from 'node:path';
import type { ResumeRequest } from '../../../shared/contract.ts';
import { type DeviceRequest, chooseDevice, type ChosenDevice, type ResumeChanges, withDevice } from '../../domain/devices/choose-device.ts';
import { Devices } from '../../features/models/devices.ts';
import type { Services } from '../../services.ts';
import { SettingsFile, settingsPath } from '../../foundation/settings.ts';

/** Chooses a device as the screen does, and prints the choice. Checks the devices first if that has never been done. */
export async function chooseTrainingDevice(s: Services, asked: DeviceRequest & { dataset: string }, signal: AbortSignal): Promise<ChosenDevice> {
  s.store.datasets.get(asked.dataset); // an unknown name fails before any device check
  const { setting, devices } = await settingAndDevices(s, asked.device === undefined, signal);
  const chosen = chooseDevice(asked, setting, devices.get());
  if (asked.device === undefined) say(chosen.why);
  return chosen;
}

/** The same for a resumed run, which keeps its device unless another is asked for. */
export async function chooseResumeDevice(s: Services, request: ResumeRequest, signal: AbortSignal): Promise<ResumeChanges> {
  s.store.runs.get(request.run);
  const { setting, devices } = await settingAndDevices(s, request.device === 'auto', signal);
  if (request.device === 'auto') say(chooseDevice({ engine: request.engine }, setting, devices.get()).why);
  return withDevice(request, setting, devices.get());
}

async function settingAndDevices(
  s: Services,
  choosing: boolean,
  signal: AbortSignal,
): Promise<{ setting: ReturnType<SettingsFile['get']>['device']; devices: Devices }> {
  const settings = new SettingsFile(settingsPath());
  const devices = new Devices(join(dirname(settings.path), 'devices.json'));
  const setting = settings.get().device;
  if (choosing && setting === 'auto' && devices.get() === null) {
    say('Checking the devices of this computer (once)');
    await devices.check(s.compute, signal);
  }
  return { setting, devices };
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);
