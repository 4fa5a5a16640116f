import { arch, platform, release } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };

export const APP_VERSION = packageJson.version;

/** What a result was made with: enough to make it again. */
export function versions(): Record<string, string> {
  const { 'onnxruntime-node': onnxruntime, sharp } = packageJson.dependencies;
  return { twinlens: APP_VERSION, node: process.versions.node, onnxruntime, sharp, system: `${platform()} ${release()} ${arch()}` };
}
