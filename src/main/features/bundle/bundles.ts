import type { BundleContents, BundleInfo, OpenedBundle } from '../../../shared/bundle.ts';
import { SerialQueue } from '../../foundation/jobs/serial-queue.ts';
import { inspectBundle, openBundle, type OpenRequest } from './open-bundle.ts';
import type { BundleOptions, BundlePorts } from './ports.ts';
import { saveBundle, type SaveRequest } from './save-bundle.ts';

/** Project bundles: a data set with all that was made of it, as one file for another computer. */
export class Bundles {
  private readonly ports: BundlePorts;
  private readonly queue = new SerialQueue(); // the database has one bundle attached at a time

  constructor(ports: BundlePorts) {
    this.ports = ports;
  }

  /** As saveBundle. */
  save(request: SaveRequest, options: BundleOptions): Promise<BundleContents> {
    return saveBundle(this.ports, request, options);
  }

  /** As inspectBundle. */
  inspect(file: string): BundleInfo {
    return inspectBundle(this.ports, file);
  }

  /** As openBundle. */
  open(request: OpenRequest, options: BundleOptions): Promise<OpenedBundle> {
    return this.queue.run(
      options.signal,
      () => undefined,
      () => openBundle(this.ports, request, options),
    );
  }
}
