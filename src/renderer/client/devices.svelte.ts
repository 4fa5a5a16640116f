import type { DeviceReport } from '../../shared/workbench.ts';
import { api } from './api.ts';
import { jobs } from './jobs.svelte.ts';
import { toast } from './toasts.svelte.ts';

/** Results of the device check on the computer running Twinlens. */
class DevicesState {
  report = $state.raw<DeviceReport | null>(null);
  readonly job = $derived(jobs.running.find((job) => job.kind === 'doctor') ?? null);

  async load(): Promise<void> {
    try {
      this.report = await api.call('app.devices', {});
    } catch (error) {
      toast.error(error);
    }
  }

  /** Tests every device with real training steps. The jobs strip shows a failure. */
  async check(): Promise<void> {
    try {
      const job = await api.call('app.doctor', {});
      await jobs.result(job).catch(() => undefined);
      await this.load();
    } catch (error) {
      toast.error(error);
    }
  }
}

export const devices = new DevicesState();
