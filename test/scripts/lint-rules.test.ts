import { ESLint } from 'eslint';
import ts from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

// The real configuration, less the rules that need types: the files below do not exist.
const eslint = new ESLint({ overrideConfig: [{ ...ts.configs.disableTypeChecked, files: ['**/*.ts'] }] as ESLint.Options['overrideConfig'] });
const LAW = [
  'twinlens/import-law',
  'no-restricted-syntax',
  'no-restricted-properties',
  'no-console',
  'max-lines',
  '@typescript-eslint/no-explicit-any',
];

async function brokenIn(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  expect(result!.messages.filter((message) => message.fatal)).toEqual([]);
  return result!.messages.map((message) => message.ruleId ?? '').filter((rule) => LAW.includes(rule));
}

const FORBIDDEN: [string, string][] = [
  // Packages outside their folders
  ['src/main/services.ts', "import { app } from 'electron';"],
  ['src/renderer/client/api.ts', "import { ipcRenderer } from 'electron';"],
  ['src/main/features/dataset/import.ts', "import Database from 'better-sqlite3';"],
  ['src/main/services.ts', "import type Database from 'better-sqlite3';"],
  ['src/main/features/dataset/import.ts', "import sharp from 'sharp';"],
  ['src/main/compute/explain/overlay.ts', "const sharp = await import('sharp');"],
  ['src/main/compute/explain/overlay.ts', "const sharp = require('sharp');"],
  ['src/main/compute/process/entry.ts', "import { InferenceSession } from 'onnxruntime-node';"],
  ['src/main/nn/emit.ts', "import type { Tensor } from 'onnxruntime-common';"],
  ['src/main/nn/ops/conv.ts', "import * as tf from '@tensorflow/tfjs';"],
  ['src/main/nn/emit.ts', "import { onnx } from 'onnx-proto';"],
  ['src/main/nn/emit.ts', "export { onnx } from 'onnx-proto';"],
  // Arrows that point back
  ['src/main/nn/graph.ts', "import { openDatabase } from '../db/open.ts';"],
  ['src/main/nn/engines/onnx.ts', "import { x } from '../../compute/protocol.ts';"],
  ['src/main/nn/siamese.ts', "import type { x } from '../pairs/draw.ts';"],
  ['src/main/nn/siamese.ts', "type T = import('../evaluate/roc.ts').Roc;"],
  ['src/main/nn/siamese.ts', "export * from '../training/train.ts';"],
  ['src/main/compute/process/entry.ts', "import { x } from '../../db/open.ts';"],
  ['src/main/compute/process/entry.ts', "import { x } from '../../features/training/service.ts';"],
  ['src/main/rpc/tasks.ts', "import { x } from '../dataset/curated.ts';"],
  ['src/main/compute/process/entry.ts', "import { x } from './../../features/report/html.ts';"],
  ['src/main/db/runs.ts', "import { x } from '../training/service.ts';"],
  ['src/main/domain/evaluate/roc.ts', "import { x } from '../../nn/tensor.ts';"],
  ['src/main/domain/pairs/draw.ts', "import { x } from '../../features/dataset/import.ts';"],
  ['src/shared/run.ts', "import { x } from '../main/nn/tensor.ts';"],
  ['src/shared/run.ts', "import { x } from '../renderer/client/api.ts';"],
  ['src/shared/run.ts', "import { readFileSync } from 'node:fs';"],
  ['src/renderer/client/runs.ts', "import { x } from '../../main/services.ts';"],
  ['src/renderer/client/runs.ts', "import path from 'path';"],
  ['src/main/services.ts', "import { x } from '../renderer/client/api.ts';"],
  // Globals
  ['src/renderer/client/runs.ts', 'export const runs = window.api.runs();'],
  ['src/renderer/client/runs.ts', "export const runs = globalThis['api'];"],
  ['src/main/domain/pairs/draw.ts', 'export const draw = Math.random();'],
  ['src/main/services.ts', "console.log('x');"],
  ['src/main/services.ts', 'export const x: any = 1;'],
  ['src/main/services.ts', '// eslint-disable-next-line\nexport const x: any = 1;'],
  ['src/main/services.ts', 'export const x = 1;\n'.padEnd(400, '\n')],
];

const ALLOWED: [string, string][] = [
  ['src/main/index.ts', "import { app } from 'electron';"],
  ['src/main/doors/electron/window.ts', "import { BrowserWindow } from 'electron';"],
  ['src/preload/index.ts', "import { contextBridge } from 'electron'; import { contract } from '../shared/contract.ts';"],
  ['src/main/db/open.ts', "import Database from 'better-sqlite3'; import { files } from '../foundation/files.ts';"],
  ['src/main/compute/images/images.ts', "import sharp from 'sharp';"],
  ['src/main/nn/engines/onnx.ts', "import { InferenceSession } from 'onnxruntime-node'; import { onnx } from 'onnx-proto';"],
  ['src/main/nn/engines/tensorflow.ts', "const tf = await import('@tensorflow/tfjs');"],
  ['src/main/nn/graph.ts', "import { AppError } from '../../shared/errors.ts'; import { sizeOf } from './tensor.ts';"],
  [
    'src/main/compute/process/entry.ts',
    "import { a } from '../nn/graph.ts'; import { b } from '../pairs/draw.ts'; import { c } from '../evaluate/roc.ts';",
  ],
  [
    'src/main/services.ts',
    "import { a } from './db/open.ts'; import { b } from './training/service.ts'; import { c } from './compute/compute-host.ts';",
  ],
  ['src/main/doors/cli/main.ts', "console.log('x');"],
  ['src/renderer/client/api.ts', 'export const api = window.api;'],
  ['src/renderer/client/runs.ts', "import { api } from './api.ts'; import type { RunRecord } from '../../shared/run.ts';"],
  ['src/shared/run.ts', "import { z } from 'zod'; import { SPLITS } from './dataset.ts';"],
  ['test/nn/conv.test.ts', "import * as tf from '@tensorflow/tfjs'; import { x } from '../../src/main/db/open.ts';"],
];

describe('the import law', () => {
  it.each(FORBIDDEN)('refuses in %s: %s', async (file, code) => {
    expect(await brokenIn(file, code)).toHaveLength(1);
  });

  it.each(ALLOWED)('takes in %s: %s', async (file, code) => {
    expect(await brokenIn(file, code)).toEqual([]);
  });

  it('says where the import belongs', async () => {
    const [result] = await eslint.lintText("import sharp from 'sharp';", { filePath: 'src/main/features/report/html.ts' });
    expect(result!.messages.map((message) => message.message)).toContain("'sharp' may only be imported in src/main/compute/images/images.ts.");
  });
});
