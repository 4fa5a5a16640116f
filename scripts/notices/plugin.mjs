import { existsSync } from 'node:fs';
import path from 'node:path';
import { noticeOf, packageFolder, sorted, withDependencies } from './collect.mjs';

/**
 * Writes beside each bundle the licences of the packages it is made of: `notices/<name>.json`.
 * @param {string} root of the project
 * @param {readonly string[]} [beside] packages that are shipped unbundled; with them goes the Node runtime of .toolchain/
 * @returns {import('vite').Plugin}
 */
export function noticesPlugin(root, beside = []) {
  return {
    name: 'twinlens-notices',
    apply: 'build',
    generateBundle() {
      const folders = new Set([...this.getModuleIds()].map(packageFolder).filter((folder) => folder !== null));
      for (const name of beside) for (const folder of withDependencies(root, name).keys()) folders.add(folder);
      const node = path.join(root, '.toolchain', 'node');
      if (beside.length > 0 && existsSync(path.join(node, 'package.json'))) folders.add(node);
      const notices = sorted([...folders].map((folder) => noticeOf(root, path.resolve(folder))));
      this.emitFile({ type: 'asset', fileName: `notices/${this.environment.name}.json`, source: JSON.stringify(notices) });
    },
  };
}
