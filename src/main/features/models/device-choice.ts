import type { ResumeRequest } from '../../../shared/contract.ts';
import type { Settings } from '../../../shared/workbench.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import { type DeviceRequest, chooseDevice, type ChosenDevice, type ResumeChanges, withDevice } from '../../domain/devices/choose-device.ts';
import type { Devices } from './devices.ts';

export interface DeviceChoicePorts {
  setting(): Settings['device'];
  devices: Pick<Devices, 'get' | 'check'>;
  compute: Pick<ComputeHost, 'ask'>;
}

interface FirstCheck {
  signal: AbortSignal;
  onCheck(): void; // called before the first check, which takes seconds
}

/** Chooses the device of a training, as the screen does. Checks the devices first if that is needed and was never done. */
export class DeviceChoice {
  private readonly ports: DeviceChoicePorts;

  constructor(ports: DeviceChoicePorts) {
    this.ports = ports;
  }

  async chooseForTraining(request: DeviceRequest, check: FirstCheck): Promise<ChosenDevice> {
    if (request.device === undefined) await this.checkOnce(check);
    return chooseDevice(request, this.ports.setting(), this.ports.devices.get());
  }

  /** A resumed run keeps its device unless another is requested. `why`: a sentence; null unless 'auto' is requested. */
  async chooseForResume(request: ResumeRequest, check: FirstCheck): Promise<{ changes: ResumeChanges; why: string | null }> {
    const automatic = request.device === 'auto';
    if (automatic) await this.checkOnce(check);
    const setting = this.ports.setting();
    const report = this.ports.devices.get();
    return {
      changes: withDevice(request, setting, report),
      why: automatic ? chooseDevice({ engine: request.engine }, setting, report).why : null,
    };
  }

  private async checkOnce({ signal, onCheck }: FirstCheck): Promise<void> {
    const { setting, devices, compute } = this.ports;
    if (setting() !== 'auto' || devices.get() !== null) return;
    onCheck();
    await devices.check(compute, signal);
  }
}
