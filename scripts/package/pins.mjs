import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PINS as NODES } from '../bootstrap/node.mjs';
import { imageModules } from './modules.mjs';

/** @typedef {import('../bootstrap/fetch.mjs').Pin} Pin */
/** @typedef {import('./modules.mjs').Target} Target */

/**
 * The last onnxruntime whose package carries a library for Macs with Intel chips; 1.24 and later have none. Its Linux library
 * trains, infers and explains with every kind of backbone as 1.30 does.
 * @type {Pin[]}
 */
export const FOR_INTEL_MACS = [
  {
    name: 'onnxruntime-node',
    version: '1.23.2',
    integrity: 'sha512-OBTsG0W8ddBVOeVVVychpVBS87A9YV5sa2hJ6lc025T97Le+J4v++PwSC4XFs1C62SWyNdof0Mh4KvnZgtt4aw==',
  },
  {
    name: 'onnxruntime-common',
    version: '1.23.2',
    integrity: 'sha512-5LFsC9Dukzp2WV6kNHYLNzp8sT6V02IubLCbzw2Xd6X5GOlr65gAX6xiJwyi2URJol/s71gaQLC5F2C25AAR2w==',
  },
];

/**
 * Modules of a package for the target that are not in this machine's node_modules.
 * @param {string} root
 * @param {Target} target
 * @returns {Pin[]}
 */
export function pinsFor(root, target) {
  const nodeModules = path.join(root, 'node_modules');
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const absent = imageModules(nodeModules, target).filter((name) => !existsSync(path.join(nodeModules, name, 'package.json')));
  const images = absent.map((name) => {
    const { version, integrity } = packages[`node_modules/${name}`];
    return { name, version, integrity };
  });
  const onnx = target.platform === 'darwin' && target.arch === 'x64' ? FOR_INTEL_MACS : [];
  return [...images, ...onnx];
}

/**
 * The Node in a Linux package, for the compute process; other platforms use Electron's utility process.
 * @param {Target} target
 * @returns {Pin | null}
 */
export const nodePinFor = ({ platform, arch }) => (platform === 'linux' ? (NODES[`linux-${arch}`] ?? null) : null);
