import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import law from '../../.dependency-cruiser.mjs';
import { temporaryFolder, write } from './project.ts';

const { forbidden, options } = law as unknown as { forbidden: object[]; options: ICruiseOptions };

/**
 * The violations in a small project: the rule and the file that breaks it, or the folder for a rule of folders. Imported files that are not
 * given are added empty.
 */
async function violationsIn(files: Record<string, string>): Promise<{ rule: string; from: string }[]> {
  const root = temporaryFolder();
  const targets = Object.entries(files).flatMap(([file, code]) =>
    [...code.matchAll(/['"](\.[^'"]+)['"]/g)].map(([, specifier]) => join(dirname(file), specifier!)),
  );
  for (const target of targets) write(root, target, 'export const empty = 0;\n');
  for (const [file, code] of Object.entries(files)) write(root, file, code);
  const ruleSet = { forbidden } as NonNullable<ICruiseOptions['ruleSet']>;
  const { output } = await cruise(['src'], { ...options, baseDir: root, ruleSet, validate: true });
  return (output as ICruiseResult).summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}

const namesOf = (violations: { rule: string }[]): string[] => [...new Set(violations.map(({ rule }) => rule))].sort();

/**
 * Puts as many files as possible into one project each, since a run of dependency-cruiser takes as long for 30 files as for one. Cases of the same
 * path go into different projects.
 */
function projectsOf(cases: { file: string; code: string }[]): Record<string, string>[] {
  const projects: Record<string, string>[] = [];
  for (const { file, code } of cases) {
    const free = projects.find((project) => !(file in project));
    if (free) free[file] = code;
    else projects.push({ [file]: code });
  }
  return projects;
}

/** The rules that a case's file breaks. Circles are left out: those between cases mean nothing. */
async function brokenBy(cases: { file: string; code: string }[]): Promise<Map<string, string[]>> {
  const broken = new Map<string, string[]>();
  for (const project of projectsOf(cases)) {
    const violations = (await violationsIn(project)).filter(({ rule }) => !rule.startsWith('no-circle-of-'));
    for (const [file, code] of Object.entries(project)) broken.set(`${file}: ${code}`, namesOf(violations.filter(({ from }) => from === file)));
  }
  return broken;
}

const FORBIDDEN: [rule: string, file: string, code: string][] = [
  // Packages outside their folders
  ['package-electron', 'src/main/services.ts', "import { app } from 'electron';"],
  ['package-electron', 'src/renderer/client/api.ts', "import { ipcRenderer } from 'electron';"],
  ['package-electron', 'src/main/doors/http/serve.ts', "import { app } from 'electron/main';"],
  ['package-better-sqlite3', 'src/main/features/dataset/import.ts', "import Database from 'better-sqlite3';"],
  ['package-better-sqlite3', 'src/main/services.ts', "import type Database from 'better-sqlite3';"],
  ['package-sharp', 'src/main/features/dataset/import.ts', "import sharp from 'sharp';"],
  ['package-sharp', 'src/main/compute/explain/overlay.ts', "const sharp = await import('sharp');"],
  ['package-sharp', 'src/main/compute/explain/overlay.ts', "const sharp = require('sharp');"],
  ['package-sharp', 'src/main/compute/explain/overlay.ts', "const path = require.resolve('sharp');"],
  ['package-tensor-libraries', 'src/main/compute/process/entry.ts', "import { InferenceSession } from 'onnxruntime-node';"],
  ['package-tensor-libraries', 'src/main/nn/initialise.ts', "import type { Tensor } from 'onnxruntime-common';"],
  ['package-tensor-libraries', 'src/main/nn/ir/primitives/conv.ts', "import * as tf from '@tensorflow/tfjs';"],
  ['package-tensor-libraries', 'src/main/nn/initialise.ts', "import { onnx } from 'onnx-proto';"],
  ['package-tensor-libraries', 'src/main/nn/initialise.ts', "export { onnx } from 'onnx-proto';"],
  // Imports against the order of the folders
  ['folder-nn', 'src/main/nn/siamese.ts', "import { openDatabase } from '../db/open.ts';"],
  ['folder-nn', 'src/main/nn/engines/onnx.ts', "import { x } from '../../compute/protocol/protocol.ts';"],
  ['folder-nn', 'src/main/nn/siamese.ts', "import type { x } from '../domain/pairs/sample-pairs.ts';"],
  ['folder-nn', 'src/main/nn/siamese.ts', "type T = import('../domain/evaluate/roc.ts').Roc;"],
  ['folder-nn', 'src/main/nn/siamese.ts', "export * from '../features/training/train.ts';"],
  ['folder-nn', 'src/main/nn/weights/download.ts', "import { x } from '../../foundation/settings.ts';"],
  ['folder-compute', 'src/main/compute/process/entry.ts', "import { x } from '../../db/open.ts';"],
  ['folder-compute', 'src/main/compute/process/entry.ts', "import { x } from '../../features/training/service.ts';"],
  ['folder-compute', 'src/main/compute/process/entry.ts', "import { x } from './../../features/report/style.ts';"],
  ['folder-compute', 'src/main/compute/process/entry.ts', "import { x } from '../../foundation/settings.ts';"],
  ['folder-rpc', 'src/main/rpc/tasks.ts', "import { x } from '../features/dataset/curated.ts';"],
  ['folder-rpc', 'src/main/rpc/tasks.ts', "import { x } from '../foundation/files.ts';"],
  ['folder-db', 'src/main/db/runs.ts', "import { x } from '../features/training/service.ts';"],
  ['folder-db', 'src/main/db/runs.ts', "import { x } from '../foundation/jobs/jobs.ts';"],
  ['folder-domain', 'src/main/domain/evaluate/roc.ts', "import { x } from '../../nn/tensor.ts';"],
  ['folder-domain', 'src/main/domain/pairs/sample-pairs.ts', "import { x } from '../../features/dataset/import.ts';"],
  ['folder-foundation', 'src/main/foundation/settings.ts', "import { x } from '../db/open.ts';"],
  ['folder-shared', 'src/shared/run.ts', "import { x } from '../main/nn/tensor.ts';"],
  ['folder-shared', 'src/shared/run.ts', "import { x } from '../renderer/api.ts';"],
  ['folder-renderer-client', 'src/renderer/client/runs.ts', "import { x } from '../../main/services.ts';"],
  ['folder-renderer-client', 'src/renderer/client/runs.ts', "import type { X } from '../features/training/run-table.ts';"],
  ['folder-renderer-kit', 'src/renderer/kit/charts/plot.ts', "import { x } from '../../client/runs.ts';"],
  ['folder-renderer-features-compare', 'src/renderer/features/compare/words.ts', "import { x } from '../training/actions.ts';"],
  ['folder-renderer-features-reports', 'src/renderer/features/reports/find.ts', "import { x } from '../../app/keys.ts';"],
  ['folder-unknown', 'src/renderer/features/new/words.ts', "import { x } from '../../client/runs.ts';"],
  ['folder-preload', 'src/preload/index.ts', "import { x } from '../main/services.ts';"],
  ['folder-features-dataset', 'src/main/features/dataset/import.ts', "import { x } from '../../renderer/api.ts';"],
  ['folder-features-dataset', 'src/main/features/dataset/import.ts', "import { x } from '../../api/workbench-api.ts';"],
  ['folder-features-dataset', 'src/main/features/dataset/import.ts', "import type { x } from '../../services.ts';"],
  ['folder-features-dataset', 'src/main/features/dataset/import.ts', "import { x } from '../../compute/images/images.ts';"],
  ['folder-features-models', 'src/main/features/models/devices.ts', "import type { x } from '../dataset/import.ts';"],
  ['folder-features-compare', 'src/main/features/compare/service.ts', "import type { x } from '../training/training.ts';"],
  ['folder-features-media', 'src/main/features/media/service.ts', "import type { x } from '../report/records.ts';"],
  ['folder-features-report', 'src/main/features/report/service.ts', "import type { x } from '../evaluation/evaluation.ts';"],
  ['folder-features-training', 'src/main/features/training/service.ts', "import type { x } from '../dataset/curated.ts';"],
  ['folder-features-evaluation', 'src/main/features/evaluation/service.ts', "import type { x } from '../models/networks.ts';"],
  ['folder-api', 'src/main/api/handlers/runs.ts', "import { x } from '../../doors/http/serve.ts';"],
  ['folder-doors', 'src/main/doors/cli/data.ts', "import { x } from '../../db/open.ts';"],
  ['folder-doors', 'src/main/doors/cli/data.ts', "import { x } from '../../features/dataset/import.ts';"],
  ['folder-doors', 'src/main/doors/cli/train.ts', "import type { X } from '../../features/training/training.ts';"],
  ['folder-doors', 'src/main/doors/http/media.ts', "const media = await import('../../features/media/media.ts');"],
  ['folder-doors', 'src/main/doors/cli/machine.ts', "import { x } from '../../compute/host/compute-host.ts';"],
  ['folder-doors', 'src/main/doors/cli/profile-lines.ts', "import type { X } from '../../compute/protocol/protocol.ts';"],
  ['folder-doors', 'src/main/doors/electron/desktop-app.ts', "import { x } from '../../nn/siamese.ts';"],
  ['doors-take-types-of-domain', 'src/main/doors/cli/machine.ts', "import { x } from '../../domain/devices/choose-device.ts';"],
  ['folder-features-training', 'src/main/features/training/plan.ts', "import { x } from '../../nn/weights/catalogue.ts';"],
  ['folder-api', 'src/main/api/handlers/runs.ts', "import { x } from '../../nn/siamese.ts';"],
  ['composition-root', 'src/main/services.ts', "import { x } from '../renderer/api.ts';"],
  ['composition-root', 'src/main/workbench.ts', "import { x } from './api/workbench-api.ts';"],
  ['index-opens-doors', 'src/main/index.ts', "import { x } from './db/open.ts';"],
  ['folder-unknown', 'src/main/loose.ts', "import { x } from './db/open.ts';"],
  ['folder-unknown', 'src/main/features/new/service.ts', "import { x } from '../../db/open.ts';"],
  ['product-only', 'src/main/db/open.ts', "import { x } from '../../../test/db/kit.ts';"],
  // Code that also runs in a browser
  ['runs-in-a-browser', 'src/shared/run.ts', "import { readFileSync } from 'node:fs';"],
  ['runs-in-a-browser', 'src/renderer/client/runs.ts', "import path from 'path';"],
];

const ALLOWED: [file: string, code: string][] = [
  ['src/main/index.ts', "import { app } from 'electron'; import { x } from './doors/electron/window.ts';"],
  ['src/main/doors/electron/window.ts', "import { BrowserWindow } from 'electron';"],
  ['src/preload/index.ts', "import { contextBridge } from 'electron'; import { contract } from '../shared/contract.ts';"],
  ['src/main/db/open.ts', "import Database from 'better-sqlite3'; import { files } from '../foundation/files.ts';"],
  ['src/main/compute/images/images.ts', "import sharp from 'sharp';"],
  ['src/main/nn/engines/onnx.ts', "import { InferenceSession } from 'onnxruntime-node'; import { onnx } from 'onnx-proto';"],
  ['src/main/nn/engines/tensorflow.ts', "const tf = await import('@tensorflow/tfjs');"],
  ['src/main/nn/siamese.ts', "import { AppError } from '../../shared/errors.ts'; import { sizeOf } from './ir/tensor.ts';"],
  ['src/main/compute/process/entry.ts', "import { a } from '../../nn/siamese.ts'; import { b } from '../../domain/pairs/sample-pairs.ts';"],
  ['src/main/features/dataset/import.ts', "import { a } from '../../db/store.ts'; import { b } from '../../rpc/tasks.ts';"],
  ['src/main/doors/cli/data.ts', "import { a } from '../../services.ts'; import { b } from '../../rpc/channel.ts';"],
  ['src/main/doors/cli/serve.ts', "import { a } from '../../api/workbench-api.ts'; import { b } from '../../foundation/shell.ts';"],
  ['src/main/doors/cli/choose-device.ts', "import type { X } from '../../domain/devices/choose-device.ts';"],
  ['src/main/services.ts', "import { a } from './db/open.ts'; import { b } from './features/training/service.ts';"],
  ['src/renderer/client/runs.ts', "import { api } from './api.ts'; import type { RunRecord } from '../../shared/run.ts';"],
  ['src/shared/run.ts', "import { z } from 'zod'; import { SPLITS } from './dataset.ts';"],
];

let result: Promise<Map<string, string[]>> | undefined;

/** The rules that one case breaks, from the projects with all cases. */
async function broken(file: string, code: string): Promise<string[] | undefined> {
  const cases = [...FORBIDDEN.map(([, ...rest]) => rest), ...ALLOWED];
  result ??= brokenBy(cases.map(([file, code]) => ({ file, code })));
  return (await result).get(`${file}: ${code}`);
}

describe('the import law', () => {
  it.each(FORBIDDEN)('%s refuses in %s: %s', async (rule, file, code) => {
    expect(await broken(file, code)).toEqual([rule]);
  });

  it.each(ALLOWED)('accepts in %s: %s', async (file, code) => {
    expect(await broken(file, code)).toEqual([]);
  });

  it('refuses circles of files, also of type imports', async () => {
    const files = {
      'src/main/db/a.ts': "import type { B } from './b.ts';\nexport interface A { b: B }\n",
      'src/main/db/b.ts': "import type { A } from './a.ts';\nexport interface B { a: A }\n",
    };
    expect(namesOf(await violationsIn(files))).toEqual(['no-circle-of-files']);
  });

  it('refuses circles of folders without circles of files', async () => {
    const files = {
      'src/main/compute/train/a.ts': "import { b } from '../embed/b.ts';\nexport const a = b;\n",
      'src/main/compute/embed/b.ts': 'export const b = 1;\n',
      'src/main/compute/embed/c.ts': "import { d } from '../train/d.ts';\nexport const c = d;\n",
      'src/main/compute/train/d.ts': 'export const d = 1;\n',
    };
    expect(namesOf(await violationsIn(files))).toEqual(['no-circle-of-folders']);
  });

  it('checks the imports of components', async () => {
    const card = `<script lang="ts">\n  import { x } from '../../main/services.ts';\n</script>\n{x}\n`;
    expect(namesOf(await violationsIn({ 'src/renderer/kit/Card.svelte': card }))).toEqual(['folder-renderer-kit']);
  });

  it('has a rule for each feature', () => {
    const rules = forbidden.map((rule) => (rule as { name: string }).name);
    for (const feature of readdirSync(resolve('src/main/features'))) expect(rules).toContain(`folder-features-${feature}`);
    for (const feature of readdirSync(resolve('src/renderer/features'))) expect(rules).toContain(`folder-renderer-features-${feature}`);
  });
});
