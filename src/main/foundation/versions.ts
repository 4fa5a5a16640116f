import { arch, platform, release } from 'node:os';
import packageJson from '../../../package.json' with { type: 'json' };

export const APP_VERSION = packageJson.version;

/** The last onnxruntime for Macs with Intel chips (scripts/package/pins.mjs). */
export const ONNXRUNTIME_OF_INTEL_MACS = '1.23.2';

/** Versions by name, to store with a result so that it can be reproduced. */
export function versions(): Record<string, string> {
  const { 'onnxruntime-node': newest, '@tensorflow/tfjs': tfjs, sharp } = packageJson.dependencies;
  const onnxruntime = platform() === 'darwin' && arch() === 'x64' ? ONNXRUNTIME_OF_INTEL_MACS : newest;
  return { twinlens: APP_VERSION, node: process.versions.node, onnxruntime, tfjs, sharp, system: `${platform()} ${release()} ${arch()}` };
}
