import type { ResumeRequest } from '../../../shared/contract.ts';
import type { DeviceRequest, ChosenDevice, ResumeChanges } from '../../domain/devices/choose-device.ts';
import type { Services } from '../../services.ts';

/** Chooses a device as the screen does and prints the choice. Checks the devices first if they were never checked. */
export async function chooseTrainingDevice(s: Services, request: DeviceRequest & { dataset: string }, signal: AbortSignal): Promise<ChosenDevice> {
  s.store.datasets.get(request.dataset); // an unknown name fails before any device check
  const chosen = await s.deviceChoice.chooseForTraining(request, { signal, onCheck });
  if (request.device === undefined) printLine(chosen.why);
  return chosen;
}

/** The same for a resumed run, which keeps its device unless the request names another. */
export async function chooseResumeDevice(s: Services, request: ResumeRequest, signal: AbortSignal): Promise<ResumeChanges> {
  s.store.runs.get(request.run);
  const { changes, why } = await s.deviceChoice.chooseForResume(request, { signal, onCheck });
  if (why !== null) printLine(why);
  return changes;
}

const onCheck = (): void => printLine('Checking the devices of this computer (once)');
const printLine = (text: string): void => void process.stderr.write(`${text}\n`);
