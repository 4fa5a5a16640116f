import type { ResumeRequest } from '../../../shared/contract.ts';
import type { DeviceRequest, ChosenDevice, ResumeChanges } from '../../domain/devices/choose-device.ts';
import type { Services } from '../../services.ts';

/** Chooses a device as the screen does, and prints the choice. Checks the devices first if that has never been done. */
export async function chooseTrainingDevice(s: Services, asked: DeviceRequest & { dataset: string }, signal: AbortSignal): Promise<ChosenDevice> {
  s.store.datasets.get(asked.dataset); // an unknown name fails before any device check
  const chosen = await s.deviceChoice.forTraining(asked, { signal, onCheck });
  if (asked.device === undefined) say(chosen.why);
  return chosen;
}

/** The same for a resumed run, which keeps its device unless another is asked for. */
export async function chooseResumeDevice(s: Services, request: ResumeRequest, signal: AbortSignal): Promise<ResumeChanges> {
  s.store.runs.get(request.run);
  const { changes, why } = await s.deviceChoice.forResume(request, { signal, onCheck });
  if (why !== null) say(why);
  return changes;
}

const onCheck = (): void => say('Checking the devices of this computer (once)');
const say = (text: string): void => void process.stderr.write(`${text}\n`);
