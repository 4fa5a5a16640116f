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
  onCheck(): void; // called before the devices are checked for the first time, which takes seconds
}

/** Chooses where a training computes, as the screen does. Checks the devices first if the choice needs it and that was never done. */
export class DeviceChoice {
  private readonly ports: DeviceChoicePorts;

  constructor(ports: DeviceChoicePorts) {
    this.ports = ports;
  }

  async forTraining(asked: DeviceRequest, check: FirstCheck): Promise<ChosenDevice> {
    if (asked.device === undefined) await this.checkOnce(check);
    return chooseDevice(asked, this.ports.setting(), this.ports.devices.get());
  }

  /** A resumed run keeps its device unless another is asked for. `why`: a sentence; null unless 'auto' was asked for. */
  async forResume(request: ResumeRequest, check: FirstCheck): Promise<{ changes: ResumeChanges; why: string | null }> {
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
